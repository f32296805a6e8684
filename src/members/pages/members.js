// A logo that cannot be loaded gives way to the title of the site.
const logo = document.querySelector('.wordmark img')
const showTitle = () => logo.replaceWith(logo.alt)
if (logo?.complete && logo.naturalWidth === 0) showTitle()
else logo?.addEventListener('error', showTitle)

// Judges a new password while it is typed. The server does it, as it does when Show is pressed without this script.
const field = document.querySelector('input[autocomplete="new-password"]')
const verdict = document.querySelector('.strength')
let timer
let request

field?.addEventListener('input', () => {
  clearTimeout(timer)
  request?.abort()
  verdict.replaceChildren()
  // What was wrong with the password that was sent says nothing about the one that is being typed.
  field.removeAttribute('aria-invalid')
  document.querySelector('#password-error')?.remove()
  if (field.value !== '') timer = setTimeout(judge, 400)
})

async function judge() {
  request = new AbortController()
  const body = new URLSearchParams(new FormData(field.form))
  body.set('reveal', 'no')
  try {
    const answer = await fetch(field.form.action, { method: 'POST', body, signal: request.signal })
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const fresh = page.querySelector('.strength')
    if (!answer.ok || !fresh) return
    verdict.className = fresh.className
    verdict.replaceChildren(...fresh.childNodes)
  } catch {
    // Typed on, or the server cannot be reached: what is wrong shows when the form is sent.
  }
}

// A button to print the certificate, which browsers do without it, too.
const printing = document.querySelector('[data-print]')
if (printing) {
  const button = document.createElement('button')
  button.className = 'main'
  button.textContent = printing.dataset.print
  button.addEventListener('click', () => print())
  printing.prepend(button)
}
