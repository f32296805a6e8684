import { Menu, useMantineColorScheme } from '@mantine/core'
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { type CSSProperties, lazy, Suspense, useEffect, useRef, useState } from 'react'
import { useFeed } from '../api/feed.ts'
import { useIsUploading } from '../api/running-uploads.ts'
import { signOut, useMay, useMe } from '../api/session.ts'
import {
  CheckIcon,
  ChevronDownIcon,
  ContactsIcon,
  KeyboardIcon,
  LanguageIcon,
  MenuIcon,
  MoonIcon,
  SearchIcon,
  SignOutIcon,
  SunIcon,
} from '../parts/icons.tsx'
import { onDemand } from '../parts/on-demand.tsx'
import { InShell, NotFound } from '../parts/problem.tsx'
import { useAddress } from '../parts/search.ts'
import { chooseLanguage, language, t } from '../texts/translate.ts'
import { isOpenTo, navigation } from './navigation.ts'
import { useShortcuts } from './shortcuts.ts'
import { useSite } from './use-site.ts'

const JobsTray = lazy(async () => ({ default: (await import('../pages/bulk/jobs-tray.tsx')).JobsTray }))

const UploadsTray = onDemand(async () => (await import('../parts/uploads/uploads-tray.tsx')).UploadsTray)

const loadPalette = () => import('./palette.tsx')
const Palette = lazy(loadPalette)
const ShortcutsDialog = lazy(() => import('./shortcuts-dialog.tsx'))

/** The frame of the pages of a site. */
export function SiteShell() {
  const { site } = useSite()
  return site ? <Shell /> : <NotFound />
}

/** The frame of the pages of the account, beside the navigation of a site. */
export const AccountShell = () => <Shell />

function Shell() {
  const { site } = useSite()
  const [isMenuOpen, setMenuOpen] = useState(false)
  const [isPaletteOpen, setPaletteOpen] = useState(false)
  const { pathname } = useLocation()
  const { search, change } = useAddress()
  const may = useMay()
  const isUploading = useIsUploading()
  useShortcuts(() => setPaletteOpen(true))
  // biome-ignore lint/correctness/useExhaustiveDependencies: closes on every change of page.
  useEffect(() => setMenuOpen(false), [pathname])
  useEffect(() => {
    if (!isMenuOpen) return
    const close = ({ key }: KeyboardEvent) => key === 'Escape' && setMenuOpen(false)
    document.addEventListener('keydown', close)
    return () => document.removeEventListener('keydown', close)
  }, [isMenuOpen])
  // Soon enough for whoever types right after Ctrl-K.
  useEffect(() => void setTimeout(loadPalette, 500), [])
  const color = site?.attributes.color ?? undefined
  return (
    <div className="shell" style={color ? ({ '--site': color } as CSSProperties) : undefined}>
      <a className="skip" href="#main">
        {t('shell.skip')}
      </a>
      {site && may('view:events') && <Feed siteId={site.id} />}
      <header className="topbar">
        <button
          type="button"
          className="bar-button menu-button"
          aria-label={t('shell.menu')}
          aria-expanded={isMenuOpen}
          onClick={() => setMenuOpen(!isMenuOpen)}
        >
          <MenuIcon />
        </button>
        <div className="topbar-site">
          <SiteMenu />
        </div>
        <div className="topbar-search">
          <button type="button" className="bar-button palette-button" onClick={() => setPaletteOpen(true)}>
            <SearchIcon size={16} />
            <span>{t('shell.search')}</span>
            <kbd aria-hidden>Ctrl K</kbd>
          </button>
        </div>
        <div className="topbar-end">
          {isUploading && <UploadsTray />}
          {site && (
            <Suspense>
              <JobsTray />
            </Suspense>
          )}
          <UserMenu />
        </div>
      </header>
      <SideBar isOpen={isMenuOpen} />
      <main id="main" className="page">
        <InShell value>
          <Outlet />
        </InShell>
      </main>
      {isPaletteOpen && (
        <Suspense>
          <Palette onClose={() => setPaletteOpen(false)} />
        </Suspense>
      )}
      {search.dialog === 'shortcuts' && (
        <Suspense>
          <ShortcutsDialog onClose={() => change({ dialog: undefined })} />
        </Suspense>
      )}
    </div>
  )
}

function Feed({ siteId }: { siteId: string }) {
  useFeed(siteId)
  return null
}

function SideBar({ isOpen }: { isOpen: boolean }) {
  const may = useMay()
  const bar = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  // On a low screen it scrolls.
  // biome-ignore lint/correctness/useExhaustiveDependencies: on every change of page.
  useEffect(
    () => bar.current?.querySelector('[aria-current="page"]')?.scrollIntoView({ block: 'nearest' }),
    [pathname, isOpen],
  )
  const { site } = useSite()
  const params = { site: site?.attributes.subdomain ?? '' }
  const groups = navigation
    .map((group) => ({
      ...group,
      places: group.places.filter((place) => isOpenTo(place, may) && (site || !place.to.includes('$site'))),
    }))
    .filter(({ places }) => places.length > 0)
  return (
    <nav ref={bar} className="sidebar" data-is-open={isOpen} aria-label={t('shell.navigation')}>
      {groups.map(({ text, places }) => (
        <div key={text ?? 'first'}>
          {text && <h2>{t(text)}</h2>}
          <ul>
            {places.map(({ text, to, icon: Icon }) => (
              <li key={to}>
                <Link to={to} params={params} activeProps={{ 'aria-current': 'page' }}>
                  <Icon />
                  {t(text)}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  )
}

function SiteMenu() {
  const { site, sites } = useSite()
  if (!site) return null
  const { title } = site.attributes
  const label = (
    <>
      <span className="site-mark" aria-hidden>
        {[...title][0]}
      </span>
      <span className="site-name">{title}</span>
    </>
  )
  if (sites.length === 1) return <div className="bar-button">{label}</div>
  return (
    <Menu position="bottom-start" width={240}>
      <Menu.Target>
        <button type="button" className="bar-button">
          {label}
          <span className="hidden">{t('shell.otherSite')}</span>
          <ChevronDownIcon size={16} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {sites.map(({ id, attributes }) => (
          <Menu.Item
            key={id}
            renderRoot={(props) => (
              <Link to="/s/$site/home" params={{ site: attributes.subdomain }} {...props} />
            )}
            rightSection={id === site.id ? <CheckIcon size={16} /> : undefined}
          >
            {attributes.title}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function UserMenu() {
  const { attributes: me } = useMe()
  const { change } = useAddress()
  const navigate = useNavigate()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const isDark = colorScheme === 'dark'
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <button type="button" className="bar-button">
          <span className="hidden">{t('shell.user', { name: me.name })}</span>
          <span className="initials" aria-hidden>
            {me.initials}
          </span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.email}</Menu.Label>
        <Menu.Item
          leftSection={<ContactsIcon size={16} />}
          renderRoot={(props) => <Link to="/account/profile" {...props} />}
        >
          {t('profile.title')}
        </Menu.Item>
        <Menu.Item
          leftSection={isDark ? <SunIcon size={16} /> : <MoonIcon size={16} />}
          onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
        >
          {isDark ? t('shell.light') : t('shell.dark')}
        </Menu.Item>
        <Menu.Item
          leftSection={<LanguageIcon size={16} />}
          lang={language === 'en' ? 'es' : 'en'}
          onClick={() => chooseLanguage(language === 'en' ? 'es' : 'en')}
        >
          {language === 'en' ? 'Español' : 'English'}
        </Menu.Item>
        <Menu.Item leftSection={<KeyboardIcon size={16} />} onClick={() => change({ dialog: 'shortcuts' })}>
          {t('shortcuts.title')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<SignOutIcon size={16} />}
          onClick={async () => {
            await signOut()
            await navigate({ to: '/sign-in' })
          }}
        >
          {t('shell.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
