// Shows the HTML of an e-mail that the portal sends, in a document without access to the portal and without scripts of
// the e-mail: see the policy of this page in src/portal/portal.ts.
addEventListener('message', ({ data, source }) => {
  if (source !== parent || typeof data !== 'string') return
  document.documentElement.innerHTML = data
})
