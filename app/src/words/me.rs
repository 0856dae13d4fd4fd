//! The person, this phone, help.

pub const TITLE: &str = "Me";
pub const HELP: &str = "Get help now";
pub const HELP_DANGER: &str =
    "If somebody is in danger, ring the emergency number of your country first: 112 works in most of Europe, 999 in the United Kingdom, 911 in North America.";
pub const HELP_WORK: &str = "At work: your shift lead, or the on-call manager on the rota.";
pub const HELP_SELF: &str = "For yourself: staff support, your doctor, or a crisis line. You do not need a reason.";
pub const HELP_OPEN: &str = "All help pages";
pub const PHONE: &str = "This phone";
pub const DEVICES: &str = "Your phones and tablets";
pub const ORGANISATION: &str = "Organisation";
pub const LAST_SYNC: &str = "Last in touch with the server";
pub const NEVER: &str = "not yet";
pub const UNSENT: &str = "Only on this phone";
pub const CLOCK: &str = "This phone's clock";
pub const CLOCK_FINE: &str = "fits the server's";
pub const INSTALL: &str = "On the home screen";
pub const INSTALL_YES: &str = "yes";
pub const INSTALL_NO: &str =
    "not yet: open the browser's menu and choose 'Add to home screen'. Otherwise the phone may clear what you have not opened for a while.";
pub const WHO: &str = "Who sees what";
pub const WHO_OWN: &str = "Jots and drafts";
pub const WHO_OWN_LINE: &str = "Only me";
pub const WHO_LEAD: &str = "A programme lead who is named here reads what is shared there, like everybody who is named. Nobody reads your drafts.";
pub const SIGN_OUT: &str = "Sign out";
pub const SIGN_OUT_TITLE: &str = "Sign out on this phone?";
pub const SIGN_OUT_ALL_SENT: &str = "Everything is sent. Your records leave this phone's screen until you sign in again.";
pub const SIGN_OUT_YES: &str = "Sign out";
pub const SIGN_OUT_NO: &str = "Stay";
pub const LEAD_PAGE: &str = "Programme lead's page";
pub const ROLES: &str = "What I am here";

pub fn sign_out_unsent(count: u32) -> String {
    [&count.to_string(), " only on this phone. It stays here, encrypted, and goes when you sign in again. Nobody else can read it."].concat()
}

pub fn clock_off(by: &str) -> String {
    [by, " off the server's. Set it in the phone's settings."].concat()
}

pub fn role_of(role: &str, who: &str) -> String {
    [role, ", ", who].concat()
}
