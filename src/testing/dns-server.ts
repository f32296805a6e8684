/** A DNS server on UDP, for tests: it answers questions for MX and A records. */
import { createSocket, type RemoteInfo } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'

/** What a name has. `silent`: no answer at all; `broken`: SERVFAIL. A name without an entry does not exist. */
export interface Records {
  mx?: string[]
  a?: string[]
  fails?: 'silent' | 'broken'
}

export interface DnsServer {
  /** Asks this server alone. */
  resolver: Resolver
  /** Names that were asked for. */
  asked: string[]
  close: () => void
}

const TYPES = { A: 1, MX: 15 }
const [NO_ERROR, SERVER_FAILURE, NO_SUCH_NAME] = [0, 2, 3]

export async function startDnsServer(zone: Record<string, Records>): Promise<DnsServer> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (message: Buffer, { address, port }: RemoteInfo) => {
    const { name, end } = readName(message)
    asked.push(name)
    const records = zone[name]
    if (records?.fails === 'silent') return
    const code = records ? (records.fails ? SERVER_FAILURE : NO_ERROR) : NO_SUCH_NAME
    const answers = records ? answersOf(records, message.readUInt16BE(end)) : []
    socket.send(reply(message, end + 4, code, answers), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const resolver = new Resolver({ timeout: 200, tries: 1 })
  resolver.setServers([`127.0.0.1:${socket.address().port}`])
  return { resolver, asked, close: () => void socket.close() }
}

const HEADER_BYTES = 12

/** The name that is asked for, and where it ends. */
function readName(message: Buffer): { name: string; end: number } {
  const labels: string[] = []
  let at = HEADER_BYTES
  for (let length = message[at]!; length > 0; length = message[at]!) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.'), end: at + 1 }
}

function answersOf({ mx = [], a = [] }: Records, type: number): Buffer[] {
  if (type === TYPES.MX) return mx.map((host) => Buffer.concat([Buffer.from([0, 10]), nameBytes(host)]))
  return type === TYPES.A ? a.map((address) => Buffer.from(address.split('.').map(Number))) : []
}

const nameBytes = (host: string): Buffer =>
  Buffer.concat([
    ...host
      .split('.')
      .filter((label) => label !== '')
      .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ])

/** The question again, and an answer with each data; names are a pointer to that of the question. */
function reply(message: Buffer, questionEnd: number, code: number, answers: Buffer[]): Buffer {
  const header = Buffer.from(message.subarray(0, HEADER_BYTES))
  header.writeUInt16BE(0x8180 | code, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(answers.length, 6)
  header.fill(0, 8)
  const question = message.subarray(HEADER_BYTES, questionEnd)
  const type = question.subarray(-4)
  const records = answers.map((data) => {
    const fixed = Buffer.alloc(12)
    fixed.writeUInt16BE(0xc000 | HEADER_BYTES)
    type.copy(fixed, 2)
    fixed.writeUInt32BE(60, 6)
    fixed.writeUInt16BE(data.length, 10)
    return Buffer.concat([fixed, data])
  })
  return Buffer.concat([header, question, ...records])
}
