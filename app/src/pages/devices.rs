//! A person's own devices: which there are, and the question before one is revoked.

use leptos::prelude::*;

use super::{field::problem, words::devices as say};

/// Everything on which somebody chose a PIN and that may still sign for them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DevicesPage {
    /// What was just done.
    pub done: Option<String>,
    /// The newest first.
    pub devices: Vec<DeviceCard>,
}

/// One device that was set up.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceCard {
    pub id: String,
    /// What its person called it.
    pub label: String,
    /// Day and time in the organisation's zone.
    pub set_up: String,
    /// Absent where it was never heard from since that was noted.
    pub heard: Option<String>,
    /// The one that looks at the page.
    pub here: bool,
}

/// The question before a device is revoked.
#[derive(Debug, Clone, PartialEq)]
pub struct RevokePage {
    pub device: DeviceCard,
}

pub(super) fn view(page: DevicesPage) -> impl IntoView {
    let devices = if page.devices.is_empty() { view! { <p>{say::NONE}</p> }.into_any() } else { page.devices.into_iter().map(card).collect_view().into_any() };
    view! {
        <h1>{say::HEADING}</h1>
        {page.done.map(|done| view! { <div class="page-done" role="status"><p>{done}</p></div> })}
        <p>{say::LEDE}</p>
        {devices}
        <p><a class="page-button-quiet" href="/app/">{say::TO_APP}</a></p>
    }
}

fn card(device: DeviceCard) -> impl IntoView {
    let heading = format!("device-{}", device.id);
    let (href, label) = (format!("/devices/{}", device.id), say::revoke_label(&device.label));
    view! {
        <article class="page-card" aria-labelledby=heading.clone()>
            <h2 class="page-card-title" id=heading.clone()>{device.label.clone()}</h2>
            {facts(&device)}
            <p class="page-actions"><a class="page-button-quiet" href=href aria-label=label>{say::REVOKE_LINK}</a></p>
        </article>
    }
}

fn facts(device: &DeviceCard) -> impl IntoView + use<> {
    let heard = device.heard.clone().unwrap_or_else(|| say::NOT_HEARD.to_owned());
    view! {
        {device.here.then(|| view! { <p><strong>{say::HERE}</strong></p> })}
        <dl class="page-facts">
            <div><dt>{say::SET_UP}</dt><dd>{device.set_up.clone()}</dd></div>
            <div><dt>{say::HEARD}</dt><dd>{heard}</dd></div>
        </dl>
    }
}

pub(super) fn revoke_view(page: RevokePage) -> impl IntoView {
    let RevokePage { device } = page;
    view! {
        <h1>{say::revoke_heading(&device.label)}</h1>
        {problem(device.here.then(|| say::REVOKE_HERE.to_owned()))}
        {facts(&device)}
        <ul>{say::REVOKE_EFFECTS.iter().map(|effect| view! { <li>{*effect}</li> }).collect_view()}</ul>
        <form class="page-form" method="post" action=format!("/devices/{}", device.id)>
            <p class="page-actions">
                <button class="page-button page-button-grave" type="submit">{say::REVOKE}</button>
                <a class="page-button-quiet" href="/devices">{say::KEEP}</a>
            </p>
        </form>
    }
}
