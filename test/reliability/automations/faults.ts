import pg from 'pg'
import { eventsMarkedLate, type Fault } from '../crashes/faults.ts'

/** Events are found again after what follows from them was written, and nothing decides that a run is begun once. */
export const noUniqueRuns: Fault = {
  async plant(connectionString) {
    const client = new pg.Client({ connectionString })
    await client.connect()
    await client.query('drop index automation_runs_cause')
    await client.end()
    return eventsMarkedLate.plant!(connectionString)
  },
}
