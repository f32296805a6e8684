/** The hosts of the players, for the content-security policy of pages with videos. */
export const PLAYER_HOSTS = [
  'https://www.youtube-nocookie.com',
  'https://player.vimeo.com',
  'https://fast.wistia.net',
]

/**
 * The address of the player that shows a video of YouTube, Vimeo or Wistia in a page; null for other addresses.
 *
 * @param address of the page of the video, as people copy it
 */
export function embedUrl(address: string): string | null {
  const url = URL.parse(address)
  if (!url) return null
  const host = url.hostname.replace(/^(?:www|m)\./, '')
  const path = url.pathname
  switch (host) {
    case 'youtu.be':
      return youTube(path.slice(1))
    case 'youtube.com':
    case 'youtube-nocookie.com':
      return youTube(url.searchParams.get('v') ?? path.replace(/^\/(?:embed|shorts|live)\//, ''))
    case 'vimeo.com':
    case 'player.vimeo.com':
      return vimeo(path, url.searchParams.get('h'))
  }
  return /(?:^|\.)wistia\.(?:com|net)$/.test(host) ? wistia(path) : null
}

const youTube = (id: string) =>
  /^[\w-]{11}$/.test(id) ? `https://www.youtube-nocookie.com/embed/${id}` : null

/** An unlisted video has a second part, without which it is not shown. */
function vimeo(path: string, given: string | null): string | null {
  const [, id, inPath] = /^\/(?:video\/)?(\d{1,15})(?:\/(\w{1,40}))?\/?$/.exec(path) ?? []
  if (!id) return null
  const secret = inPath ?? given
  return `https://player.vimeo.com/video/${id}${secret && /^\w{1,40}$/.test(secret) ? `?h=${secret}` : ''}`
}

function wistia(path: string): string | null {
  const [, id] = /^\/(?:medias|embed\/iframe|embed\/medias)\/([a-z0-9]{10})(?:\.\w+)?\/?$/.exec(path) ?? []
  return id ? `https://fast.wistia.net/embed/iframe/${id}` : null
}
