//! What every store promises; each backend passes all of it, on a real file and on a real server.

mod bench;
mod cases;
mod files;
#[path = "../postgres/mod.rs"]
mod postgres;
mod processes;

/// Each case once for each store.
macro_rules! contract {
    ($($case:ident)*) => {
        mod on_sqlite {
            use crate::{bench::{Bench, Ground}, cases};
            $(#[tokio::test] async fn $case() { cases::$case(Bench::new(Ground::sqlite()).await).await; })*
        }

        mod on_postgres {
            use crate::{bench::{Bench, Ground}, cases};
            $(#[tokio::test] async fn $case() { cases::$case(Bench::new(Ground::postgres().await).await).await; })*
        }
    };
}

contract! {
    there_is_one_organisation_and_one_person_an_address
    a_key_is_changed_once_at_a_time_and_the_former_one_is_kept_until_the_end
    a_session_lasts_until_its_end_and_no_password_change
    a_session_knows_its_device_and_ends_with_it_elsewhere
    an_invitation_is_used_once
    lines_come_back_as_they_were_and_in_pages
    work_on_an_older_head_is_a_conflict_and_writes_nothing
    many_at_once_are_each_whole_and_one_that_fails_spoils_no_other
    facts_say_who_reads_what_and_how_far
    a_membership_is_in_force_once_its_line_stands_or_from_its_day_on
    a_device_is_enrolled_with_its_certificates_or_not_at_all
    a_caller_is_found_with_what_is_asked_of_each_call
    callers_that_ask_at_once_are_each_told_their_own
    held_words_are_kept_once_and_settled_once
    a_drafts_times_are_its_first_and_its_last
    an_invitation_used_twice_at_once_sets_one_password
    nobody_has_an_address_that_no_database_takes
    what_is_written_upon_what_is_known_follows_it_or_is_a_conflict
    a_turn_says_where_its_logs_stand_and_is_nothing_when_dropped
    the_ends_of_logs_are_those_of_their_members_now
    people_and_logs_come_in_the_order_of_their_bytes
    evidence_says_where_it_was_copied_to
    an_opened_store_has_its_tables_and_counts_its_commits
    parts_follow_the_root_that_was_read_or_nothing_is_stored
    parts_stand_for_a_line_that_the_log_has
    an_epoch_that_begins_destroys_the_parts
}
