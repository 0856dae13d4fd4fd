//! An organisation made from a file.

use server::{
    organisation::{self, CreateError, OrganisationFile},
    outside::Clock as _,
};
use shared::{id::LogId, role::Role};

use crate::{
    house::{EXAMPLE, House, LEAD, MENTEE, MENTOR, SUPERVISOR},
    phone::Phone,
};

#[tokio::test]
async fn the_example_makes_people_logs_and_roles_that_a_phone_can_verify() {
    let house = House::new().await;
    for (email, role) in [(MENTEE, Role::Mentee), (MENTOR, Role::Mentor), (SUPERVISOR, Role::Supervisor), (LEAD, Role::Lead)] {
        // A phone checks each line against the organisation's key before it takes it in.
        let phone = Phone::of(&house, email).await;
        let person = house.person(email).await.id;
        let now = house.clock.now();
        let facts = &phone.log(house.record).facts;
        assert_eq!(facts.roles(person, now), [role], "{email}");
        assert_eq!(phone.log(LogId::Own(person)).facts.roles(person, now), [Role::Owner], "{email}");
        assert!(facts.framework.as_ref().is_some_and(|framework| framework.competency("N02").is_some()));
        assert_eq!(facts.settings.places, ["Harrowmere Surgery", "Home visit"]);
        assert!(facts.opened.as_ref().is_some_and(|opened| !opened.demonstration && opened.person_word == "client"));
    }
}

#[tokio::test]
async fn a_second_organisation_in_one_database_is_refused() {
    let house = House::new().await;
    let file = OrganisationFile::parse(EXAMPLE).expect("the example is well-formed");
    let again = organisation::create(&house.server.gate, &file, house.clock.now()).await;
    assert!(matches!(again, Err(CreateError::Exists)), "{again:?}");
}

#[test]
fn a_file_that_does_not_hold_together_says_what_is_wrong() {
    let spoilt = |from: &str, to: &str| OrganisationFile::parse(&EXAMPLE.replacen(from, to, 1)).expect_err("it is spoilt").to_string();
    assert_eq!(spoilt("\"supervisor\": \"safiya@", "\"supervisor\": \"nobody@"), "\"nobody@harrowmere.example\" has no entry under \"people\"");
    assert_eq!(spoilt("\"email\": \"owen@", "\"email\": \"Ilse@"), "\"Ilse@harrowmere.example\" stands twice under \"people\"");
    assert_eq!(spoilt("[\"owen@harrowmere.example\"]", "[]"), "a relationship of \"ilse@harrowmere.example\" needs a mentor");
    assert_eq!(
        spoilt("[\"owen@harrowmere.example\"]", "[\"ilse@harrowmere.example\"]"),
        "\"ilse@harrowmere.example\" is both mentee and mentor of one relationship"
    );
    assert!(spoilt("GMT0BST,M3.5.0/1,M10.5.0", "London").starts_with("the time zone rule"));
    assert!(spoilt("\"person_word\"", "\"persons\"").starts_with("the file cannot be read: unknown field"));
}
