/** For tests: what a browser without scripts does on the members' pages, with its cookies. */

export interface Shown {
  status: number
  /** Where it leads to; null: it is a page. */
  location: string | null
  html: string
  headers: Headers
  /** The visible text. */
  text: string
}

export interface Visitor {
  /** Opens a path of the site, or a whole address. */
  open: (path: string) => Promise<Shown>
  /** Opens it, and all to which it leads. */
  follow: (path: string) => Promise<Shown>
  /** Sends the form of the page that was shown last. */
  send: (path: string, fields?: Record<string, string>) => Promise<Shown>
  cookies: Map<string, string>
}

/** @param base address of the site */
export function newVisitor(base: string, headers: Record<string, string> = {}): Visitor {
  const cookies = new Map<string, string>()
  let csrf = ''

  async function request(path: string, init: RequestInit = {}): Promise<Shown> {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const url = path.startsWith('http') ? path : base + path
    const response = await fetch(url, {
      ...init,
      headers: { ...headers, ...(cookie && { cookie }) },
      redirect: 'manual',
    })
    for (const line of response.headers.getSetCookie()) keep(line)
    const html = await response.text()
    csrf = /name="_csrf" value="([^"]*)"/.exec(html)?.[1] ?? csrf
    const body = html.replace(/<head>[\s\S]*?<\/head>/, '')
    const text = body
      .replace(/<\/?time[^>]*>/g, '')
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
    return {
      status: response.status,
      location: response.headers.get('location'),
      html,
      headers: response.headers,
      text,
    }
  }

  function keep(line: string): void {
    const [pair = ''] = line.split(';')
    const [name = '', value = ''] = pair.split(/=(.*)/)
    if (value === '' || /max-age=0\b/i.test(line) || /expires=thu, 01 jan 1970/i.test(line))
      cookies.delete(name)
    else cookies.set(name, value)
  }

  const open = (path: string) => request(path)
  return {
    cookies,
    open,
    async follow(path) {
      let shown = await open(path)
      for (let i = 0; shown.location !== null && i < 10; i++)
        shown = await open(new URL(shown.location, path.startsWith('http') ? path : base + path).href)
      return shown
    },
    send: (path, fields = {}) =>
      request(path, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, ...fields }) }),
  }
}
