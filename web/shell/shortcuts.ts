/** Table of contents: the keys that work on every page. */
import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useMay } from '../api/session.ts'
import { useKeys } from '../parts/keys.ts'
import { useAddress } from '../parts/search.ts'
import { isOpenTo, navigation, type Place } from './navigation.ts'
import { useSite } from './use-site.ts'

/** After "g", the letter of a place. */
const LETTERS: Record<string, string> = {
  h: '/s/$site/home',
  c: '/s/$site/contacts',
  t: '/s/$site/tags',
  b: '/s/$site/bulk-jobs',
  o: '/s/$site/offers',
  p: '/s/$site/products',
  l: '/s/$site/orders',
  r: '/s/$site/reports',
  f: '/s/$site/forms',
  a: '/s/$site/automations',
  e: '/s/$site/emails',
  w: '/s/$site/webhooks',
  d: '/s/$site/deliveries',
  k: '/account/keys',
  v: '/s/$site/activity',
  i: '/s/$site/imports',
  m: '/account/team',
  s: '/s/$site/settings',
}

/** The places that a user may open, with their letters. */
export function usePlaces(): { letter: string; place: Place }[] {
  const may = useMay()
  const places = navigation.flatMap((group) => group.places).filter((place) => isOpenTo(place, may))
  return Object.entries(LETTERS).flatMap(([letter, to]) => {
    const place = places.find((one) => one.to === to)
    return place ? [{ letter, place }] : []
  })
}

/** Ctrl-K opens the palette; `/` the search field of the page, `?` the list of keys, and `g` with a letter a page. */
export function useShortcuts(openPalette: () => void): void {
  const { site } = useSite()
  const { change } = useAddress()
  const navigate = useNavigate()
  const places = usePlaces()
  useKeys({
    '/': () => document.querySelector<HTMLElement>('input[data-search], [data-search] input')?.focus(),
    '?': () => change({ dialog: 'shortcuts' }),
    ...Object.fromEntries(
      places.map(({ letter, place }) => [
        `g ${letter}`,
        () => void navigate({ to: place.to, params: { site: site?.attributes.subdomain ?? '' } }),
      ]),
    ),
  })
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return
      event.preventDefault()
      openPalette()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  })
}
