// Titles of procedures in the world of samples.
import { text } from './samples.ts'

export const residence = text(
  'Регистрация по месту жительства',
  'Рэгістрацыя па месцы жыхарства',
  'Registration at the place of residence',
)
export const birth = text(
  'Повторное свидетельство о рождении',
  'Паўторнае пасведчанне аб нараджэнні',
  'A repeated birth certificate',
)
export const family = text('Справка о составе семьи', 'Даведка аб складзе сям’і', 'Certificate of the family')
export const housing = text(
  'Принятие решения о принятии на учёт граждан, нуждающихся в улучшении жилищных условий, о внесении изменений в состав семьи',
  'Прыняцце рашэння аб пастаноўцы на ўлік грамадзян, якія маюць патрэбу ў паляпшэнні жыллёвых умоў',
  'Decision on entry in the register of citizens in need of better housing',
)
export const copy = text('Копия лицевого счёта', 'Копія асабовага рахунку', 'Copy of the personal account')
