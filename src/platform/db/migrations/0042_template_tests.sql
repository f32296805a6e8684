-- A test of a template goes to the user who asked for it.
alter table emails drop constraint emails_contact_id_check;
alter table emails add constraint emails_contact_id_check
  check (contact_id is not null
         or kind in ('hook_disabled', 'form_confirmation', 'user_invitation', 'user_password', 'template_test'));
