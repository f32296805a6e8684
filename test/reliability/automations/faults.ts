import pg from 'pg'
import { eventsMarkedLate, type Fault } from '../crashes/faults.ts'

/** Events are dispatched again after their effects were written, and a cause can start a run twice. */
export const noUniqueRuns: Fault = {
  async plant(connectionString) {
    const client = new pg.Client({ connectionString })
    await client.connect()
    await client.query('drop index automation_runs_cause')
    await client.end()
    return eventsMarkedLate.plant!(connectionString)
  },
}
