/** What servers are started with. Nothing of Node is in here: the declarations of the kit refer to it. */

/** How a server is to be. */
export interface ServerOptions {
  /** ISO 8601; left out, the time of the machine. */
  now?: string
  /** With the content of the demo. */
  demo?: boolean
  /** Settings of docs/settings.md, as in `{ EXTENSIONS: 'off' }`. */
  settings?: Record<string, string>
}

export interface StartedServer {
  id: string
  url: string
  client_id: string
  client_secret: string
}
