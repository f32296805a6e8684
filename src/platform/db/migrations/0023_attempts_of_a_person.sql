-- Deleting a contact erases attempts to sign in as them. The person is the last word of the subject.
create index attempts_person on attempts ((substring(subject from '[^ ]+$')), realm);
