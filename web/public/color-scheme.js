// Before the first paint, so that the page does not flash in the other color scheme.
{
  const chosen = localStorage.getItem('bestow-color-scheme')
  const prefersDark = matchMedia('(prefers-color-scheme: dark)').matches
  const scheme = chosen === 'light' || chosen === 'dark' ? chosen : prefersDark ? 'dark' : 'light'
  document.documentElement.setAttribute('data-mantine-color-scheme', scheme)
}
