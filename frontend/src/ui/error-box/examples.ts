// What failed, why, what to do, a code; role="alert".
import { Failure } from '../../lib/bridge.ts'
import type { Example } from '../examples.ts'
import ErrorBox from './error-box.svelte'

export default [
  {
    name: 'page',
    component: ErrorBox,
    props: { error: new Failure('unavailable', {}, 'K3F9QX'), onretry: () => undefined },
  },
  {
    name: 'compact',
    component: ErrorBox,
    props: { error: new Failure('bad_password', {}, 'K3F9QX'), compact: true },
  },
] satisfies Example[]
