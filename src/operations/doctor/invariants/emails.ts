/** Which e-mails there are, and why. */
import { type Invariant, STUCK } from './invariant.ts'

export const emailInvariants: Invariant[] = [
  {
    name: 'email_cause',
    rule: 'Every e-mail has a cause, and one cause sends a kind of e-mail at most once.',
    violations: `select 'e-mail ' || m.id as what from emails m
               left join events e on e.site_id = m.site_id and e.id = m.event_id and e.contact_id is not distinct from m.contact_id
              where (e.id is null and m.created_at >= $2) or not coalesce(e.id is null or case m.kind
                      when 'welcome' then e.type = 'welcome_email_requested'
                                       or e.type = 'customer_created' and (e.data ->> 'send_welcome_email')::boolean
                      when 'gift' then e.type = 'offer_granted' and (e.data ->> 'is_gift')::boolean
                      when 'offer_grant' then e.type = 'offer_granted' and coalesce((e.data ->> 'send_offer_grant_email')::boolean, true)
                      when 'access_ending' then e.type = 'access_ending'
                      when 'payment_failed' then e.type = 'payment_overdue'
                      when 'trial_ending' then e.type = 'trial_ending'
                      when 'sign_in' then e.type = 'sign_in_link_requested'
                      when 'password' then e.type = 'password_link_requested'
                      when 'password_changed' then e.type = 'password_changed'
                      when 'email_change' then e.type = 'email_change_requested'
                      when 'email_changed' then e.type = 'email_changed'
                      when 'email_removed' then e.type = 'email_changed'
                      when 'hook_disabled' then e.type = 'hook_disabled'
                      when 'form_confirmation' then e.type = 'form_confirmation_requested'
                      when 'user_invitation' then e.type = 'user_invited'
                      when 'user_password' then e.type = 'user_password_link_requested'
                      when 'template_test' then e.type = 'template_test_requested'
                      when 'automation' then m.run_id is not null end, false)
             union all
             select 'e-mails ' || string_agg(id::text, ', ') from emails
              group by site_id, event_id, kind, contact_id, run_id, step having count(*) > 1`,
  },
  {
    name: 'cause_email',
    rule: 'Every dispatched event has the e-mails that it sends.',
    violations: `select 'event ' || e.id || ' lacks ' || due.kind as what
               from events e
               cross join lateral (
                 select 'welcome' as kind where e.type = 'customer_created' and (e.data ->> 'send_welcome_email')::boolean
                 union all select 'welcome' where e.type = 'welcome_email_requested'
                 union all select 'gift' where e.type = 'offer_granted' and (e.data ->> 'is_gift')::boolean
                 union all select 'offer_grant' where e.type = 'offer_granted' and (e.data ->> 'send_offer_grant_email')::boolean
                 union all select 'payment_failed' where e.type = 'payment_overdue'
                 union all select 'trial_ending' where e.type = 'trial_ending'
                 union all select 'hook_disabled' where e.type = 'hook_disabled'
                 union all select 'user_invitation' where e.type = 'user_invited'
                 union all select 'user_password' where e.type = 'user_password_link_requested'
                 union all select 'template_test' where e.type = 'template_test_requested'
                 union all select 'form_confirmation' where e.type = 'form_confirmation_requested'
               ) due
               left join emails m on m.site_id = e.site_id and m.event_id = e.id and m.kind = due.kind
              where e.dispatched_at is not null and m.id is null`,
  },
  {
    name: 'email_layout',
    rule: 'Every rendered e-mail can be shown again.',
    violations: `select 'e-mail ' || e.id as what from emails e
               left join email_layouts l on l.site_id = e.site_id and l.hash = e.layout_hash
              where e.slots is not null and l.hash is null`,
  },
  {
    name: 'email_erased',
    rule: 'No e-mail content is kept for deleted contacts.',
    violations: `select 'e-mail ' || e.id as what from emails e
               join contacts c on c.site_id = e.site_id and c.id = e.contact_id and c.deleted_at is not null
              where coalesce(e.to_name, e.to_email, e.subject, e.html, e.text, e.response, e.slots::text) is not null`,
  },
  {
    name: 'lease',
    rule: 'No worker holds an e-mail for more than a minute after its lease has expired.',
    violations: `select 'e-mail ' || id as what from emails
              where status = 'pending' and sending_until < now() - ${STUCK}`,
  },
]
