// Everything works without this script. It copies code, and keeps the language of examples that was chosen.
const STORED = 'bestow-docs-language'

for (const block of document.querySelectorAll('main pre')) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'copy'
  button.textContent = 'Copy'
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(block.querySelector('code').textContent)
    button.textContent = 'Copied'
    setTimeout(() => {
      button.textContent = 'Copy'
    }, 2000)
  })
  const frame = document.createElement('div')
  frame.className = 'code'
  block.replaceWith(frame)
  frame.append(block, button)
}

function choose(language) {
  for (const tab of document.querySelectorAll(`input[data-tab="${CSS.escape(language)}"]`)) tab.checked = true
}

const chosen = localStorage.getItem(STORED)
if (chosen) choose(chosen)
for (const tab of document.querySelectorAll('input[data-tab]'))
  tab.addEventListener('change', () => {
    localStorage.setItem(STORED, tab.dataset.tab)
    choose(tab.dataset.tab)
  })

// On a narrow screen the contents are closed until somebody opens them.
const menu = document.querySelector('.menu')
if (matchMedia('(width < 60rem)').matches) menu.open = false
document.querySelector('[aria-current="page"]')?.scrollIntoView({ block: 'center' })
window.scrollTo(0, location.hash ? window.scrollY : 0)

addEventListener('keydown', (event) => {
  if (event.key !== '/' || /^(?:INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) return
  event.preventDefault()
  document.querySelector('input[type="search"]').focus()
})
