import { Link, useLocation } from '@tanstack/react-router'
import { useLayoutEffect, useRef } from 'react'
import './tab-links.css'

interface Tab {
  key: string
  label: string
  to: string
  params: Record<string, string>
  search?: Record<string, string>
}

/** Views of one thing, each with an address of its own. */
export function TabLinks({ label, tabs }: { label: string; tabs: Tab[] }) {
  const list = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  // On a phone, not all tabs fit: the current one is scrolled to.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another path is another tab
  useLayoutEffect(() => {
    const current = list.current?.querySelector<HTMLElement>('[aria-current]')
    if (current) list.current!.scrollLeft = current.offsetLeft - list.current!.offsetLeft - 16
  }, [pathname])
  return (
    <nav ref={list} className="tab-links" aria-label={label}>
      {tabs.map(({ key, label: name, to, params, search = {} }) => (
        <Link
          key={key}
          to={to}
          params={params}
          search={search as never}
          activeOptions={{ exact: true, includeSearch: false }}
          activeProps={{ 'aria-current': 'page' }}
        >
          {name}
        </Link>
      ))}
    </nav>
  )
}
