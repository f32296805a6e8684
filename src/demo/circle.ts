import type { DemoProduct } from './product.ts'

export const circle: DemoProduct = {
  title: 'Studio Circle',
  description: 'A place to show your work, ask questions and paint together once a month.',
  type: 'Community',
  picture: '/demo/circle.svg',
  modules: [
    {
      title: 'Start here',
      lessons: [
        {
          title: 'Welcome to the circle',
          body: 'This is a small group that paints together. Show what you are working on, also when it is not finished.\n\nThree rules: comment on the painting and not on the painter, say one thing that works before one that does not, and ask before you paint from a photo of somebody else.',
        },
        {
          title: 'How to photograph a painting',
          body: 'Put it on the floor near a window, out of the sun. Hold the camera level above it, and crop to the edges of the paper.',
        },
      ],
    },
    {
      title: 'This month',
      lessons: [
        {
          title: 'The exercise: one colour',
          body: 'Paint a cup with a single colour, from the lightest to the darkest tone you can reach.\n\nWe look at the results together on the last Sunday of the month at 18:00 UTC.',
          picture: { url: '/demo/cup.svg', alt: 'A cup, painted in tones of a single blue' },
        },
        {
          title: 'Last month: hills',
          body: 'Fourteen of you painted three rows of hills. The most common question was how to get the last row pale enough: use more water than feels right, and let the paper dry completely between the rows.',
          picture: { url: '/demo/hills.svg', alt: 'Three rows of hills, each further one paler' },
        },
      ],
    },
  ],
}
