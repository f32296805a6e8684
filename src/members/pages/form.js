// Sends forms that have the attribute data-bestow-form without leaving the page, and shows mistakes at their fields.
// Without this script, or when it may not read the answer, the browser sends the form as any other.
// The pages of others have names of their own: this one adds none.
;(() => {
  for (const form of document.querySelectorAll('form[data-bestow-form]'))
    form.addEventListener('submit', send)

  /** Several forms of a page may have fields of one name. */
  let errors = 0

  async function send(event) {
    event.preventDefault()
    const form = event.currentTarget
    // The second click of two.
    if (form.dataset.sending) return
    form.dataset.sending = 'yes'
    for (const input of form.querySelectorAll('[aria-invalid]')) forgive(input)
    form.querySelector('[data-bestow-problem]')?.remove()
    try {
      const answer = await fetch(form.action, {
        method: 'POST',
        headers: { accept: 'application/json' },
        body: new URLSearchParams(new FormData(form)),
      })
      const { redirect_url, message, problems } = await answer.json()
      if (problems) complain(form, problems)
      else if (redirect_url) location.assign(redirect_url)
      else thank(form, message)
    } catch {
      HTMLFormElement.prototype.submit.call(form)
    } finally {
      delete form.dataset.sending
    }
  }

  function complain(form, problems) {
    const marked = problems.map(({ handle, text }) => {
      const found = form.elements[handle] ?? form.elements[`form_submission[${handle}]`]
      const input = found instanceof RadioNodeList ? found[0] : found
      const sentence = document.createElement('p')
      sentence.className = 'error'
      sentence.textContent = text
      if (!input) {
        sentence.dataset.bestowProblem = ''
        sentence.setAttribute('role', 'alert')
        form.prepend(sentence)
        return undefined
      }
      sentence.id = `${input.id || input.name}-error-${++errors}`
      const place = input.closest('.field, label') ?? input
      if (place.matches('.field')) place.append(sentence)
      else place.after(sentence)
      input.setAttribute('aria-invalid', 'true')
      input.setAttribute('aria-describedby', sentence.id)
      input.addEventListener('input', () => forgive(input), { once: true })
      return input
    })
    marked.find((input) => input)?.focus()
  }

  function forgive(input) {
    document.getElementById(input.getAttribute('aria-describedby'))?.remove()
    input.removeAttribute('aria-invalid')
    input.removeAttribute('aria-describedby')
  }

  function thank(form, message) {
    const sentence = document.createElement('p')
    sentence.setAttribute('role', 'status')
    sentence.tabIndex = -1
    sentence.textContent = message
    form.replaceWith(sentence)
    sentence.focus()
  }
})()
