import type pg from 'pg'

export interface Statement {
  text: string
  values: unknown[]
}

/** Records every statement that is sent to the database from now on; empty the list to start again. */
export function recordStatements(pool: pg.Pool): Statement[] {
  const statements: Statement[] = []
  const watched = new WeakSet<object>()
  pool.on('acquire', (client) => {
    if (watched.has(client)) return
    watched.add(client)
    const query = client.query
    client.query = function (this: typeof client, ...args: unknown[]) {
      const [said, given] = args as [string | { text: string; values?: unknown[] }, unknown[]?]
      statements.push(
        typeof said === 'string'
          ? { text: said, values: given ?? [] }
          : { text: said.text, values: said.values ?? [] },
      )
      return Reflect.apply(query, this, args)
    } as typeof client.query
  })
  return statements
}
