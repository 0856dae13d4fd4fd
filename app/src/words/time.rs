//! Days, times and ages.

pub const TODAY: &str = "today";
pub const YESTERDAY: &str = "yesterday";
pub const JUST_NOW: &str = "just now";

const MONTHS: [&str; 12] = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

pub fn day(day: i8, month: i8, year: Option<i16>) -> String {
    let month = usize::try_from(month).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?)).copied().unwrap_or_default();
    let day = [&day.to_string(), " ", month].concat();
    year.map_or_else(|| day.clone(), |year| [&day, " ", &year.to_string()].concat())
}

pub fn minutes(count: i64) -> String {
    [&count.to_string(), " min"].concat()
}

pub fn hours(count: i64) -> String {
    [&count.to_string(), " h"].concat()
}

pub fn days(count: i64) -> String {
    if count == 1 { "1 day".to_owned() } else { [&count.to_string(), " days"].concat() }
}

pub fn ago(age: &str) -> String {
    [age, " ago"].concat()
}
