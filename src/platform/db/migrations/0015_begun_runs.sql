-- When a run was found to go ahead: conditions, repetition and depth are looked at once. Null: not yet.
alter table automation_runs add column begun_at timestamptz;
update automation_runs set begun_at = created_at where status = 'active' and (step > 0 or reason is not null);

-- When no run of a deleted automation was left. Null: not deleted, or there may be some.
alter table automations add column runs_ended_at timestamptz;
create index automations_ending on automations (id) where deleted_at is not null and runs_ended_at is null;
