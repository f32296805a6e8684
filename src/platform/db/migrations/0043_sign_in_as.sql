-- Somebody of the account who signs in as a member: by a link, into a session that says who it is.

alter table member_links drop constraint member_links_purpose_check;
alter table member_links add constraint member_links_purpose_check
  check (purpose in ('welcome', 'gift', 'sign_in', 'password', 'email_change', 'form', 'act_as'));

-- Of such a link and such a session: who it is, as events record actors.
alter table member_links add column acted_by text check ((acted_by is not null) = (purpose = 'act_as'));
alter table member_sessions add column acted_by text;
