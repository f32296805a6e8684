import { Type } from 'typebox'
import { lines, type Tool } from '../tool.ts'

const searchDocs: Tool = {
  name: 'search_docs',
  title: 'Search the documentation',
  description:
    'Finds pages of the documentation by words. Read one as the resource bestow://docs/<page>, or by its address.',
  input: Type.Object({ text: Type.String({ minLength: 1, maxLength: 200 }) }),
  permissions: [],
  effect: 'reads',
  async run({ api }, { text }) {
    const found = await api.page('search', { q: text })
    if (found === null) return 'This server does not serve the documentation (API_DOCS is off).'
    return lines(found.trim().split('\n'), 'No page.')
  },
}

const serverStatus: Tool = {
  name: 'server_status',
  title: 'Show the server',
  description: 'Shows the version, mode, address, mail server and time of the server, and its sites.',
  input: Type.Object({}),
  permissions: ['view:sites'],
  effect: 'reads',
  async run({ api }) {
    const [server, sites] = await Promise.all([api.get('/v1/server'), api.get('/v1/sites')])
    const { version, mode, public_url, mail_server, time } = server.data.attributes
    return lines(
      [
        `Bestow ${version}, ${mode}, ${public_url}`,
        `time: ${time}`,
        `mail: ${mail_server ?? 'no mail server; e-mails are kept in the outbox'}`,
        ...sites.data.map(
          ({ id, attributes }: { id: string; attributes: { title: string } }) =>
            `site ${id}: ${attributes.title}`,
        ),
      ],
      '',
    )
  },
}

const advanceClock: Tool = {
  name: 'advance_clock',
  title: 'Move the clock ahead',
  description:
    'Moves the clock of a development server ahead, and runs everything that becomes due. Time never goes back.',
  input: Type.Object({
    duration: Type.String({ maxLength: 20, description: 'A number with s, m, h, d or w, as 36h or 30d' }),
  }),
  permissions: ['view:sites', 'configure:sites'],
  effect: 'destroys',
  isIdempotent: false,
  isForDevelopment: true,
  async run({ api }, { duration }) {
    const { meta } = await api.request('POST', '/v1/server/advance_clock', { meta: { duration } })
    return `It is ${meta.time} now.`
  },
}

export const serverTools: Tool[] = [searchDocs, serverStatus, advanceClock]
