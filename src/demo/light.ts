import type { DemoProduct } from './product.ts'

export const light: DemoProduct = {
  title: 'Painting Light',
  description: 'Morning, noon and dusk on paper: six lessons about one view.',
  type: 'Course',
  picture: '/demo/light.svg',
  modules: [
    {
      title: 'Seeing',
      lessons: [
        {
          title: 'One view, three times',
          body: 'Choose a view from your window that you can paint in the morning, at noon and at dusk. You will paint it three times in this course.\n\nDraw it once with a pencil, and trace the drawing for each painting.',
        },
        {
          title: 'The colour of shadows',
          body: 'Shadows are not grey. Look at a white sheet of paper in the sun: its shadow has the colour of the sky.\n\nMix three shadows from blue and a little orange, each darker than the one before.',
        },
      ],
    },
    {
      title: 'Painting',
      lessons: [
        {
          title: 'Morning',
          body: 'Low light, long shadows, cool colours. Begin with a pale yellow wash over the whole sheet, and keep everything else lighter than you see it.',
          picture: { url: '/demo/morning.svg', alt: 'A view over a lake in pale morning light' },
        },
        {
          title: 'Noon',
          body: 'Light from above, short shadows, strong contrast. Leave the lit places white, and use your darkest colour in the smallest places.',
          picture: { url: '/demo/noon.svg', alt: 'The same view in bright light at noon' },
        },
        {
          title: 'Dusk',
          body: 'Warm light, soft edges. Paint wet in wet from orange at the horizon to violet at the top, and add the dark shapes when it is dry.',
          picture: { url: '/demo/dusk.svg', alt: 'The same view at dusk, orange and violet' },
        },
        {
          title: 'Side by side',
          body: 'Put the three paintings next to each other. Which one tells the time best? Write down why, and paint that one again, larger.',
        },
      ],
    },
  ],
}
