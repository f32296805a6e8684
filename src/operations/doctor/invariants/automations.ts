/** Which runs of automations there are, and what their steps have done. */
import { type Invariant, STUCK } from './invariant.ts'

/** What an event can be confined to. */
const RESOURCE = `coalesce(e.offer_id, (e.data ->> 'tag_id')::bigint)`

export const automationInvariants: Invariant[] = [
  {
    name: 'run_cause',
    rule: 'Every run was started by an event of its trigger, and one event starts an automation at most once.',
    violations: `select 'run ' || r.id as what from automation_runs r
               left join automation_versions v
                 on v.site_id = r.site_id and v.automation_id = r.automation_id and v.version = r.version
               left join events e on e.site_id = r.site_id and e.id = r.event_id and e.contact_id = r.contact_id
              where e.id is null or e.depth <> r.depth or (v.definition ->> 'trigger' = e.type) is not true
                 or (v.definition ->> 'resource_id')::bigint <> ${RESOURCE}
             union all
             select 'runs ' || string_agg(id::text, ', ') from automation_runs
              group by site_id, event_id, automation_id having count(*) > 1`,
  },
  {
    name: 'cause_run',
    rule: 'Every dispatched event has started the automations that it triggers.',
    // Of an automation that was changed since, nobody knows what it waited for then.
    violations: `select 'event ' || e.id || ' did not start automation ' || a.id as what
               from events e
               join automations a on a.site_id = e.site_id and a.trigger = e.type and a.updated_at < e.occurred_at
                and a.disabled_at is null and a.deleted_at is null
                and coalesce(a.resource_id = ${RESOURCE}, a.resource_id is null)
               left join automation_runs r on r.site_id = e.site_id and r.event_id = e.id and r.automation_id = a.id
              where e.dispatched_at is not null and e.contact_id is not null and r.id is null`,
  },
  {
    name: 'run_steps',
    rule: 'Every run has executed each step before its current one, and no other.',
    violations: `select 'run ' || r.id as what from automation_runs r
               left join automation_run_steps s on s.site_id = r.site_id and s.run_id = r.id
              group by r.site_id, r.id, r.step
             having count(s.position) <> r.step or max(s.position) >= r.step
             union all
             select 'step of run ' || s.run_id from automation_run_steps s
               left join automation_runs r on r.site_id = s.site_id and r.id = s.run_id where r.id is null`,
  },
  {
    name: 'step_effect',
    rule: 'Every executed step has its effect, and every effect of a run has its step.',
    violations: `select 'step ' || s.position || ' of run ' || s.run_id as what
               from automation_run_steps s
               left join offer_grants g on g.site_id = s.site_id and g.id = (s.detail ->> 'grant_id')::bigint
               left join (select distinct site_id, run_id, step from emails) m
                 on m.site_id = s.site_id and m.run_id = s.run_id and m.step = s.position
               left join events e on e.site_id = s.site_id and e.id = (s.detail ->> 'event_id')::bigint
                                 and e.run_id = s.run_id
              where s.state = 'done' and case s.action
                when 'grant_offer' then g.id is null
                when 'send_email' then m.run_id is null
                when 'add_tag' then s.done_at >= $2 and e.id is null
                else false end
             union all
             select 'e-mail ' || m.id from emails m
               left join automation_run_steps s
                 on s.site_id = m.site_id and s.run_id = m.run_id and s.position = m.step and s.action = 'send_email'
              where m.run_id is not null and m.created_at >= $2 and s.run_id is null
             union all
             select 'delivery ' || d.id from webhook_deliveries d
               left join automation_run_steps s
                 on s.site_id = d.site_id and s.run_id = d.run_id and s.position = d.step and s.action = 'call_webhook'
              where d.run_id is not null and d.created_at >= $2 and s.run_id is null
             union all
             select 'event ' || e.id from events e
               left join automation_runs r on r.site_id = e.site_id and r.id = e.run_id and r.event_id = e.caused_by
                                          and r.depth + 1 = e.depth and r.contact_id = e.contact_id
              where e.run_id is not null and r.id is null`,
  },
  {
    name: 'run_stuck',
    rule: 'No step of a run is overdue by more than a minute.',
    violations: `select 'run ' || id || coalesce(': ' || error, '') as what from automation_runs
              where status = 'active' and due_at < $1::timestamptz - ${STUCK}`,
  },
]
