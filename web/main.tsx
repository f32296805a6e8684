import '@fontsource-variable/figtree'
import '@mantine/core/styles.layer.css'
import '@mantine/notifications/styles.layer.css'
import './theme/tokens.css'
import './theme/mantine.css'
import './parts/parts.css'
import './shell/shell.css'
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { askToConfirm, useQuestion } from './api/confirmation.ts'
import { queryClient } from './api/queries.ts'
import { onUnconfirmed } from './api/request.ts'
import { isSignedIn } from './api/session.ts'
import { onDemand } from './parts/on-demand.tsx'
import { router } from './routes.tsx'
import { loadTexts } from './texts/translate.ts'
import { theme, variables } from './theme/theme.ts'

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.nonce ?? ''
// A library of Mantine's dialogs reads the nonce of its style elements from here.
Object.assign(globalThis, { __webpack_nonce__: nonce })

reloadForNewVersion()
await loadTexts()

// Who has just opened a page is sent to the sign-in page by its route.
onUnconfirmed((reason, problem) =>
  reason === 'old' || isSignedIn() ? askToConfirm(reason) : Promise.reject(problem),
)
const ConfirmIdentity = onDemand(async () => (await import('./parts/confirm-identity.tsx')).ConfirmIdentity)
/** The dialog is loaded when a request needs it. */
const Confirmation = () => (useQuestion() ? <ConfirmIdentity onSignIn={openSignIn} /> : null)

function openSignIn(): void {
  queryClient.clear()
  void router.navigate({ to: '/sign-in', search: { next: location.pathname + location.search } })
}

createRoot(document.getElementById('root')!).render(
  <MantineProvider
    theme={theme}
    cssVariablesResolver={variables}
    colorSchemeManager={localStorageColorSchemeManager({ key: 'bestow-color-scheme' })}
    defaultColorScheme="auto"
    getStyleNonce={() => nonce}
  >
    <Notifications position="bottom-right" />
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
      <Confirmation />
    </QueryClientProvider>
  </MantineProvider>,
)

/** After an upgrade of the server, parts of the previous version are gone; the page is loaded again, once. */
function reloadForNewVersion(): void {
  addEventListener('vite:preloadError', (event) => {
    const last = Number(sessionStorage.getItem('bestow-reloaded') ?? 0)
    if (Date.now() - last < 60_000) return
    event.preventDefault()
    sessionStorage.setItem('bestow-reloaded', String(Date.now()))
    location.reload()
  })
}
