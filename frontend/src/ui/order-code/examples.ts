// The code is text in groups; copying announces itself.
import type { Example } from '../examples.ts'
import OrderCode from './order-code.svelte'

const props = {
  code: '900000002611180051348207193580',
  saveLabel: 'Бланк для оплаты',
  onsave: () => undefined,
}

export default [
  { name: 'plain', component: OrderCode, props },
  {
    name: 'of a reference portal',
    component: OrderCode,
    props: { ...props, sample: 'ОБРАЗЕЦ', qr: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=' },
  },
] satisfies Example[]
