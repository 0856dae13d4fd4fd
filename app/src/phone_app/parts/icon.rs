//! The few pictures of the app: strokes on a 24 by 24 grid, always beside words.

use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Today,
    People,
    Plan,
    Observe,
    Write,
    Review,
    Records,
    Me,
    Phone,
    Check,
    Back,
    Help,
    Onward,
    Eye,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Today => {
                "M4 7.5A1.5 1.5 0 0 1 5.5 6h13A1.5 1.5 0 0 1 20 7.5v11a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18.5zM4 10.5h16M8.5 3.5v4M15.5 3.5v4M8.5 15l2.5 2.5 4.5-4.5"
            }
            Self::People => {
                "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-3.600 2.900-5.5 6.5-5.5s6.5 1.900 6.5 5.5M16 4.800a3.5 3.5 0 0 1 0 6.400M18 14.900c2.100.700 3.5 2.400 3.5 5.100"
            }
            Self::Plan => "M5 20V4M5 5h12l-2.5 4L17 13H5",
            Self::Observe => "M4 20l1-4.5L16 4.5a2.100 2.100 0 0 1 3 0l.5.5a2.100 2.100 0 0 1 0 3L8.5 19zM14 6.5l3.5 3.5",
            Self::Write => "M4 20l1-4.5L16 4.5a2.100 2.100 0 0 1 3 0l.5.5a2.100 2.100 0 0 1 0 3L8.5 19zM13 20h7",
            Self::Review => "M12 3l7 2.5v5.5c0 4.5-2.900 8-7 10-4.100-2-7-5.5-7-10V5.5zM8.800 12l2.200 2.200 4.200-4.400",
            Self::Records => "M7 3.5h7.5L19 8v12a.5.5 0 0 1-.5.5h-11.5a1.5 1.5 0 0 1-1.5-1.5V5A1.5 1.5 0 0 1 7 3.5zM14 3.5V8.5h5M9 13h6M9 16.5h4",
            Self::Me => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c0-4 3.300-6 7.5-6s7.5 2 7.5 6",
            Self::Phone => "M8 3h8a1.5 1.5 0 0 1 1.5 1.5v15A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.5v-15A1.5 1.5 0 0 1 8 3zM11 18h2",
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Back => "M14.5 5.5L8 12l6.5 6.5",
            Self::Help => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 8v8M8 12h8",
            Self::Onward => "M9.5 5.5L16 12l-6.5 6.5",
            Self::Eye => "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 14.800a2.800 2.800 0 1 0 0-5.600 2.800 2.800 0 0 0 0 5.600z",
        }
    }
}

pub fn icon(icon: Icon) -> AnyView {
    let class = if matches!(icon, Icon::Back | Icon::Onward) { "icon icon-way" } else { "icon" };
    view! {
        <svg class=class viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=icon.path()/>
        </svg>
    }
    .into_any()
}
