-- When an automation was last enabled; null: before this was recorded, or never. Events before it did not start a run.
alter table automations add column enabled_at timestamptz;
