//! What is around every screen, and which screen an address shows.

use leptos::prelude::*;
use leptos_router::{
    components::{Route, Router, Routes},
    path,
};
use shared::{phone::Phase, wire::SetUp};

use super::{
    memo::memo,
    model::model,
    parts::{Banners, Nav, Notices, PinSheet, Strip},
    screens::{
        Broken, ChoosePin, Claim, EditRecord, Fetching, Me, NewKey, NewRecord, NotHere, Observe, Opening, People, Person, Plan, RecordScreen, Records, Review,
        SignIn, Today, Unsent, Write,
    },
};
use crate::words::frame as say;

/// What the phase lets a person see.
#[derive(Debug, Clone, PartialEq)]
enum Door {
    Opening,
    SignIn,
    ChoosePin(String, Vec<SetUp>),
    Fetching(u32),
    Broken(String),
    In,
}

#[component]
pub fn Frame() -> impl IntoView {
    let model = model();
    let door = memo(move || {
        model.phase.with(|phase| match phase {
            Phase::Starting => Door::Opening,
            Phase::SignIn { known: None } => Door::SignIn,
            Phase::ChoosePin { name, set_up } => Door::ChoosePin(name.clone(), set_up.clone()),
            Phase::Fetching { records, .. } => Door::Fetching(*records),
            Phase::Broken { sentence } => Door::Broken(sentence.clone()),
            Phase::SignIn { known: Some(_) } | Phase::Ready { .. } | Phase::SomebodyElse { .. } => Door::In,
        })
    });
    let is_in = memo(move || door.get() == Door::In);
    let outside = move || match door.get() {
        Door::Opening => view! { <Opening/> }.into_any(),
        Door::SignIn => view! { <SignIn/> }.into_any(),
        Door::ChoosePin(name, set_up) => view! { <ChoosePin name set_up/> }.into_any(),
        Door::Fetching(records) => view! { <Fetching records/> }.into_any(),
        Door::Broken(sentence) => view! { <Broken sentence/> }.into_any(),
        Door::In => ().into_any(),
    };
    view! {
        <Router>
            <a class="skip" href="#main" rel="external">
                {say::SKIP}
            </a>
            {move || {
                is_in.get().then(|| {
                    view! {
                        <Strip/>
                        <Nav/>
                    }
                })
            }}
            <main id="main" class="main" tabindex="-1" class:main-in=is_in>
                <Show when=move || is_in.get() fallback=outside>
                    <Banners/>
                    <Screens/>
                </Show>
            </main>
            <PinSheet/>
            <Notices/>
        </Router>
    }
    .into_any()
}

#[component]
fn Screens() -> impl IntoView {
    view! {
        <Routes fallback=NotHere>
            <Route path=path!("/app") view=Today/>
            <Route path=path!("/app/people") view=People/>
            <Route path=path!("/app/people/:relationship") view=Person/>
            <Route path=path!("/app/observe/:record?") view=Observe/>
            <Route path=path!("/app/plan") view=Plan/>
            <Route path=path!("/app/write") view=Write/>
            <Route path=path!("/app/claim/:record?") view=Claim/>
            <Route path=path!("/app/records") view=Records/>
            <Route path=path!("/app/records/:record") view=RecordScreen/>
            <Route path=path!("/app/new/:kind") view=NewRecord/>
            <Route path=path!("/app/edit/:record") view=EditRecord/>
            <Route path=path!("/app/review/:record?") view=Review/>
            <Route path=path!("/app/unsent") view=Unsent/>
            <Route path=path!("/app/me") view=Me/>
            <Route path=path!("/app/key") view=NewKey/>
        </Routes>
    }
    .into_any()
}
