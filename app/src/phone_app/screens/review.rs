//! What waits for a supervisor: the list on the left, what was chosen on the right. On a phone one
//! after the other.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::{id::RecordId, role::Role};

use super::record::{RecordView, readers_line, shown, title};
use crate::{
    phone_app::{
        browser,
        memo::memo,
        model::{Model, model},
        parts::{Choice, Choices, Heading, Icon, empty, icon},
        to_review::{self, Group, Sort, ToReview},
    },
    words::review as say,
};

/// The address of something to review.
pub fn address(record: RecordId) -> String {
    ["/app/review/", &record.to_string()].concat()
}

#[component]
pub fn Review() -> impl IntoView {
    let model = model();
    let params = use_params_map();
    let open = memo(move || params.with(|params| params.get("record")).and_then(|record| record.parse::<RecordId>().ok()));
    let shown_sort = RwSignal::new("all".to_owned());
    let waiting = memo(move || {
        let Some(me) = model.me.get().map(|me| me.person) else { return Vec::new() };
        to_review::all(&model.relationships_as(Role::Supervisor), me, model.now.get_untracked())
    });
    let choices = Signal::stored(vec![
        Choice::new("all", say::ALL),
        Choice::new("sign-offs", say::SIGN_OFFS),
        Choice::new("plans", say::PLANS),
        Choice::new("feedback", say::FEEDBACK),
    ]);
    let choose = Callback::new(move |(code, _): (String, bool)| shown_sort.set(code));
    let list = move || {
        let shown_sort = shown_sort.get();
        let items: Vec<ToReview> = waiting.get().into_iter().filter(|item| fits(item.sort, &shown_sort)).collect();
        if items.is_empty() {
            return empty(say::NOTHING, say::NOTHING_MORE);
        }
        let groups = [(Group::Differently, say::GROUP_DIFFERENTLY), (Group::Ready, say::GROUP_READY), (Group::NotReady, say::GROUP_NOT_READY)];
        groups.into_iter().map(|(group, words)| group_view(group, words, &items, open)).collect_view().into_any()
    };
    view! {
        <div class="panes" class:panes-open=move || open.get().is_some()>
            <section class="pane-list" aria-label=say::LIST>
                <Heading title=say::TITLE/>
                <fieldset class="filter">
                    <legend class="unseen">{say::FILTER}</legend>
                    <Choices name="sort".to_owned() choices chosen=Signal::derive(move || Some(shown_sort.get())) choose/>
                </fieldset>
                {move || list()}
            </section>
            <div class="pane-detail">
                {move || match open.get() {
                    Some(record) => detail(model, record),
                    None => view! { <p class="pane-empty">{say::CHOOSE}</p> }.into_any(),
                }}
            </div>
        </div>
    }
    .into_any()
}

fn fits(sort: Sort, shown: &str) -> bool {
    match shown {
        "sign-offs" => sort == Sort::SignOff,
        "plans" => sort == Sort::Plan,
        "feedback" => sort == Sort::Feedback,
        _ => true,
    }
}

fn group_view(group: Group, words: &'static str, items: &[ToReview], open: Memo<Option<RecordId>>) -> Option<AnyView> {
    let items: Vec<&ToReview> = items.iter().filter(|item| item.group == group).collect();
    (!items.is_empty()).then(|| {
        let items = items.into_iter().map(|item| row(item, open)).collect_view();
        view! {
            <h2 class="group">{words}</h2>
            <ul class="lines">{items}</ul>
        }
        .into_any()
    })
}

fn row(item: &ToReview, open: Memo<Option<RecordId>>) -> AnyView {
    let record = item.record;
    let current = move || (open.get() == Some(record)).then_some("true");
    view! {
        <li>
            <a class="line" href=address(record) aria-current=current>
                <span class="line-body">
                    <span class="line-title">{item.title.clone()}</span>
                    <span class="line-note">{item.who.clone()} " · " {say::days_waiting(item.days)}</span>
                    <span class="line-note">{item.note.clone()}</span>
                </span>
                {icon(Icon::Onward)}
            </a>
        </li>
    }
    .into_any()
}

/// The id of the right side's title.
const DETAIL: &str = "detail-title";

fn detail(model: Model, record: RecordId) -> AnyView {
    let shown = shown(model, record);
    Effect::new(move |_| {
        if model.moved_on() {
            browser::focus(DETAIL);
        }
    });
    view! {
        <a class="back pane-back" href="/app/review">
            {icon(Icon::Back)}
            <span>{say::BACK_TO_LIST}</span>
        </a>
        <div class="heading">
            <h2 class="detail-title" id=DETAIL tabindex="-1">
                {title(shown)}
            </h2>
            {readers_line(model, shown)}
        </div>
        <RecordView record shown/>
    }
    .into_any()
}
