-- Days in a time zone. Zones are names of the tz database.

-- The same time of the day so many days later: a day has 23 or 25 hours when the clocks change. Null: there is no end.
create or replace function days_later(p_time timestamptz, p_days integer, p_zone text)
returns timestamptz language sql immutable
  return case when p_days = 0 then p_time
              else (p_time at time zone p_zone + make_interval(days => p_days)) at time zone p_zone end;

-- The first instant of a day. Where clocks are set back over midnight, the day begins at the first of two midnights.
create or replace function day_start(p_day date, p_zone text) returns timestamptz language sql immutable
  return (select case when ((midnight - interval '1 hour') at time zone p_zone)::date >= p_day
                      then midnight - interval '1 hour' else midnight end
            from (select p_day::timestamp at time zone p_zone) day (midnight));

-- The first instant after a day: what ends then lasts to the end of the day.
create or replace function day_end(p_day date, p_zone text) returns timestamptz language sql immutable
  return day_start(p_day + 1, p_zone);
