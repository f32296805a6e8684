/** A mail server that counts what it gets and keeps nothing, as a process of its own. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface Received {
  messages: number
  /** Different addresses. */
  recipients: number
  /** Times in milliseconds of the beginning of the first e-mail and the end of the last. */
  firstAt: number
  lastAt: number
}

const recipients = new Set<string>()
let [messages, firstAt, lastAt] = [0, 0, 0]

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onMailFrom(_address, _session, callback) {
    firstAt ||= performance.now()
    callback()
  },
  onData(stream, session, callback) {
    stream.resume()
    stream.once('end', () => {
      messages += 1
      lastAt = performance.now()
      for (const { address } of session.envelope.rcptTo) recipients.add(address)
      callback(null, 'taken')
    })
  },
})

process.on('message', async ({ listen }: { listen: boolean }) => {
  if (!listen) return process.send!({ messages, recipients: recipients.size, firstAt, lastAt })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  process.send!({ port: (server.server.address() as AddressInfo).port })
})
