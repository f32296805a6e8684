/** What the demo site publishes besides its courses. */
export const demoPodcast = {
  title: 'Northlight Studio Talk',
  description: 'Every other week: one painter, one painting, half an hour.',
  owner_email: 'olivia@example.com',
  owner_name: 'Olivia Owner',
  author: 'Olivia Owner',
  cover_art_url: '/demo/landscape.svg',
  categories: ['Arts', 'Education'],
}

export const demoPosts = [
  {
    title: 'Three brushes are enough',
    slug: 'three-brushes',
    content:
      '<p>A large round one, a small round one, and a flat one for skies. Everything else can wait.</p><h2>What to look for</h2><ul><li>A tip that comes back when the brush is wet</li><li>Hair that holds a lot of water</li></ul>',
    page_description: 'Which brushes to buy first, and which ones can wait.',
    image_url: '/demo/brushes-three.svg',
    image_alt_text: 'A large round, a small round and a flat brush',
    tags: ['Materials'],
  },
  {
    title: 'Paint the same view three times',
    slug: 'three-times',
    content:
      '<p>Choose a view from your window. Paint it in the morning, at noon and at dusk: you will see that it is the light that you paint.</p>',
    page_description: 'A small exercise about light.',
    image_url: '/demo/dusk.svg',
    image_alt_text: 'A lake at dusk, orange and violet',
    tags: ['Exercises', 'Light'],
  },
]

export const demoLandingPage = {
  title: 'Begin with watercolour',
  slug: 'begin',
  content: '<p>Twelve lessons to your first landscape, with materials for less than thirty euros.</p>',
}

export const demoWebsitePage = {
  title: 'About the studio',
  slug: 'about',
  content: '<p>Northlight is a small studio with large windows. We teach painting since 2011.</p>',
}
