// All messages in Russian, by area.
import access from './access.ru.ts'
import attach from './attach.ru.ts'
import backup from './backup.ru.ts'
import citizen from './citizen.ru.ts'
import clerk from './clerk.ru.ts'
import common from './common.ru.ts'
import desk from './desk.ru.ts'
import entry from './entry.ru.ts'
import errors from './errors.ru.ts'
import exchange from './exchange.ru.ts'
import forms from './forms.ru.ts'
import keys from './keys.ru.ts'
import move from './move.ru.ts'
import profile from './profile.ru.ts'

export default {
  common,
  attach,
  backup,
  citizen,
  forms,
  keys,
  move,
  access,
  clerk,
  desk,
  entry,
  errors,
  exchange,
  profile,
} as const
