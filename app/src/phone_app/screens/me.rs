//! The person: help now, this phone, who sees what, signing out.

use leptos::{html::Dialog, prelude::*};
use shared::{ledger::CLOCK_TOLERANCE_MS, phone::Ask, role::Role, words::role_name};

use crate::{
    phone_app::{
        browser, clock,
        memo::memo,
        model::{Model, model},
        parts::{Heading, Icon, icon},
        standing,
    },
    words::{self, me as say},
};

#[component]
pub fn Me() -> impl IntoView {
    let model = model();
    let name = memo(move || model.me.get().map(|me| me.name).unwrap_or_default());
    let lead = memo(move || !model.relationships_as(Role::Lead).is_empty());
    view! {
        <Heading title=name/>
        <section class="card card-help" id="help" aria-labelledby="help-title">
            <h2 id="help-title">{icon(Icon::Help)} {say::HELP}</h2>
            <p>{say::HELP_DANGER}</p>
            <p>{say::HELP_WORK}</p>
            <p>{say::HELP_SELF}</p>
            <p>
                <a href="/help" rel="external">
                    {say::HELP_OPEN}
                </a>
            </p>
        </section>
        <ThisPhone/>
        <section class="card" aria-labelledby="who-sees">
            <h2 id="who-sees">{say::WHO}</h2>
            {move || who_sees(model)}
            <p class="small">{say::WHO_LEAD}</p>
        </section>
        <Show when=move || lead.get()>
            <p>
                <a class="button" href="/lead" rel="external">
                    {say::LEAD_PAGE}
                </a>
            </p>
        </Show>
        <SignOut/>
    }
    .into_any()
}

fn who_sees(model: Model) -> AnyView {
    let Some(me) = model.me.get().map(|me| me.person) else { return ().into_any() };
    let now = model.now.get_untracked();
    let logs = model.relationships().into_iter().map(|relationship| {
        let log = &relationship.log;
        let mentee = log.mentee().map(|mentee| if mentee.person == me { say::TITLE.to_owned() } else { mentee.first_name().to_owned() });
        let roles: Vec<String> = log.facts.roles(me, now).into_iter().map(|role| role_name(role).to_owned()).collect();
        view! {
            <div class="said">
                <dt>{say::role_of(&mentee.unwrap_or_default(), &roles.join(", "))}</dt>
                <dd>{words::and_me(&standing::readers(log, me, now))}</dd>
            </div>
        }
    });
    let logs = logs.collect_view();
    view! {
        <dl class="content">
            <div class="said">
                <dt>{say::WHO_OWN}</dt>
                <dd>{say::WHO_OWN_LINE}</dd>
            </div>
            {logs}
        </dl>
    }
    .into_any()
}

#[component]
fn ThisPhone() -> impl IntoView {
    let model = model();
    let said = |label: &'static str, text: Signal<String>| {
        view! {
            <div class="said">
                <dt>{label}</dt>
                <dd>{text}</dd>
            </div>
        }
    };
    let organisation = Signal::derive(move || model.me.get().map(|me| me.organisation_name).unwrap_or_default());
    let synced =
        Signal::derive(move || model.sync.with(|sync| sync.synced_at).map_or_else(|| say::NEVER.to_owned(), |at| clock::ago(model.now.get().since(at))));
    let unsent = Signal::derive(move || model.sync.with(|sync| sync.unsent.to_string()));
    let offset = Signal::derive(move || {
        let offset = model.sync.with(|sync| sync.clock_offset_ms.abs());
        if offset > CLOCK_TOLERANCE_MS { say::clock_off(&clock::age(offset)) } else { say::CLOCK_FINE.to_owned() }
    });
    let installed = Signal::derive(|| if browser::is_installed() { say::INSTALL_YES } else { say::INSTALL_NO }.to_owned());
    view! {
        <section class="card" aria-labelledby="this-phone">
            <h2 id="this-phone">{say::PHONE}</h2>
            <dl class="content">
                {said(say::ORGANISATION, organisation)} {said(say::LAST_SYNC, synced)} {said(say::UNSENT, unsent)} {said(say::CLOCK, offset)}
                {said(say::INSTALL, installed)}
            </dl>
            <p>
                <a href="/devices" rel="external">
                    {say::DEVICES}
                </a>
            </p>
        </section>
    }
    .into_any()
}

#[component]
fn SignOut() -> impl IntoView {
    let model = model();
    let dialog = NodeRef::<Dialog>::new();
    let open = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.show_modal().ok();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let words = move || match model.sync.with(|sync| sync.unsent) {
        0 => say::SIGN_OUT_ALL_SENT.to_owned(),
        count => say::sign_out_unsent(count),
    };
    let sign_out = move |_| {
        close();
        model.tell(Ask::SignOut);
    };
    view! {
        <button type="button" class="button button-wide" on:click=open>
            {say::SIGN_OUT}
        </button>
        <dialog class="sheet" node_ref=dialog aria-labelledby="sign-out-title">
            <div class="sheet-form">
                <h2 id="sign-out-title">{say::SIGN_OUT_TITLE}</h2>
                <p>{move || words()}</p>
                <div class="sheet-bar">
                    <button type="button" class="button" on:click=move |_| close()>
                        {say::SIGN_OUT_NO}
                    </button>
                    <button type="button" class="button button-main" on:click=sign_out>
                        {say::SIGN_OUT_YES}
                    </button>
                </div>
            </div>
        </dialog>
    }
    .into_any()
}
