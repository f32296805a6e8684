/** SQL that plants a fault: a trigger that changes rows before they are written. */
export const faultTrigger = (table: string, action: 'insert' | 'update', change: string): string => `
  create function fault() returns trigger language plpgsql as $$ begin ${change} return new; end $$;
  create trigger fault before ${action} on ${table} for each row execute function fault()`
