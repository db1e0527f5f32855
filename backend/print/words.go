package print

import "akno/backend/akno"

// word is a wording that the papers share.
type word int

const (
	wordPage word = iota
	wordDate
	wordSignature
	wordSample
	wordApplication
	wordTo
	wordApplicant
	wordNumber
	wordUNP
	wordRepresented
	wordProcedure
	wordForm
	wordAsOf
	wordAttachments
	wordOctets
	wordOrderCode
	wordAmount
	wordOperation
	wordReceipt
	wordHash
	wordHashNote
	wordDraft
	wordDocument
	wordNoAttachments
	wordSheet
	wordSheetNote
	wordTotal
	wordSlip
	wordSlipHow
	wordSlipDate
	wordSlipBefore
	wordSlipSample
	wordSealed
	wordLogin
	wordPassword
	wordSealedHow
	wordSealedUntil
	wordSealedAt
	wordUnnamed
	wordDecision
	wordDecisionFrom
	wordDecisionTo
	wordDecisionAddress
	wordDecisionProcedure
	wordDecisionApplication
	wordDecisionDecided
	wordGranted
	wordRefused
	wordNotAccepted
	wordGround
	wordReasons
	wordAppeal
	wordAppealText
	wordAppealCourt
	wordValidity
	wordOfficial
	wordDecisionNote
	wordSignatureFile
	wordCount
)

var words = [wordCount]akno.Text{
	wordPage:          {RU: "стр.", BE: "стар.", EN: "page"},
	wordDate:          {RU: "Дата", BE: "Дата", EN: "Date"},
	wordSignature:     {RU: "Подпись", BE: "Подпіс", EN: "Signature"},
	wordSample:        {RU: "ОБРАЗЕЦ", BE: "УЗОР", EN: "SAMPLE"},
	wordApplication:   {RU: "ЗАЯВЛЕНИЕ", BE: "ЗАЯВА", EN: "APPLICATION"},
	wordTo:            {RU: "Кому", BE: "Каму", EN: "To"},
	wordApplicant:     {RU: "Заинтересованное лицо", BE: "Зацікаўленая асоба", EN: "Applicant"},
	wordNumber:        {RU: "Идентификационный номер", BE: "Ідэнтыфікацыйны нумар", EN: "Identification number"},
	wordUNP:           {RU: "УНП", BE: "УНП", EN: "Payer's number"},
	wordRepresented:   {RU: "В интересах", BE: "У інтарэсах", EN: "On behalf of"},
	wordProcedure:     {RU: "Административная процедура", BE: "Адміністрацыйная працэдура", EN: "Administrative procedure"},
	wordForm:          {RU: "Форма заявления", BE: "Форма заявы", EN: "Form"},
	wordAsOf:          {RU: "Проверено на дату", BE: "Праверана на дату", EN: "Checked as of"},
	wordAttachments:   {RU: "Приложения", BE: "Дадаткі", EN: "Attachments"},
	wordOctets:        {RU: "байт", BE: "байт", EN: "bytes"},
	wordOrderCode:     {RU: "Номер заказа", BE: "Нумар заказу", EN: "Order code"},
	wordAmount:        {RU: "Сумма к оплате", BE: "Сума да аплаты", EN: "Amount"},
	wordOperation:     {RU: "Учетный номер операции (транзакции) в ЕРИП", BE: "Уліковы нумар аперацыі (транзакцыі) у АРІП", EN: "ERIP transaction number"},
	wordReceipt:       {RU: "Квитанция, SHA-256", BE: "Квітанцыя, SHA-256", EN: "Receipt, SHA-256"},
	wordHash:          {RU: "SHA-256 подписываемых данных", BE: "SHA-256 даных, якія падпісваюцца", EN: "SHA-256 of the signed data"},
	wordHashNote:      {RU: "Этот документ воспроизводит подписываемые данные для чтения. Юридическое значение имеет электронный документ с электронной цифровой подписью.", BE: "Гэты дакумент узнаўляе даныя, якія падпісваюцца, для чытання. Юрыдычнае значэнне мае электронны дакумент з электронным лічбавым подпісам.", EN: "This paper shows the signed data for reading. What counts is the electronic document with its electronic digital signature."},
	wordDraft:         {RU: "Черновик: заявление не подписано и не подано", BE: "Чарнавік: заява не падпісана і не пададзена", EN: "Draft: not signed and not filed"},
	wordDocument:      {RU: "Номер паспорта", BE: "Нумар пашпарта", EN: "Passport number"},
	wordSheet:         {RU: "ОПИСЬ ПРИЛОЖЕНИЙ", BE: "ВОПІС ДАДАТКАЎ", EN: "LIST OF ATTACHMENTS"},
	wordSheetNote:     {RU: "Хеш каждого приложения входит в подписанные данные. Чтобы сравнить файл, вычислите его SHA-256.", BE: "Хэш кожнага дадатку ўваходзіць у падпісаныя даныя. Каб параўнаць файл, вылічыце яго SHA-256.", EN: "The hash of each attachment is part of the signed data. To compare a file, compute its SHA-256."},
	wordTotal:         {RU: "Всего", BE: "Усяго", EN: "In all"},
	wordNoAttachments: {RU: "нет", BE: "няма", EN: "none"},

	wordSlip:       {RU: "СЧЕТ НА ОПЛАТУ", BE: "РАХУНАК НА АПЛАТУ", EN: "PAYMENT SLIP"},
	wordSlipHow:    {RU: "Оплатите через ЕРИП: в интернет-банке, инфокиоске или кассе введите номер заказа либо считайте QR-код. Номер вводится без пробелов.", BE: "Аплаціце праз АРІП: у інтэрнэт-банку, інфакіёску або касе ўвядзіце нумар заказу або счытайце QR-код. Нумар уводзіцца без прабелаў.", EN: "Pay through ERIP: enter the order code in internet banking, at a kiosk or at a cash desk, or read the QR code. The code is entered without blanks."},
	wordSlipDate:   {RU: "Дата заказа", BE: "Дата заказу", EN: "Order date"},
	wordSlipBefore: {RU: "Оплатить до", BE: "Аплаціць да", EN: "Pay before"},
	wordSlipSample: {RU: "Образец эталонного портала. По этому номеру нельзя заплатить настоящие деньги.", BE: "Узор эталоннага партала. Па гэтым нумары нельга заплаціць сапраўдныя грошы.", EN: "A sample of the reference portal. No real money can be paid to this code."},

	wordSealed:      {RU: "УНИКАЛЬНЫЙ ИДЕНТИФИКАТОР", BE: "УНІКАЛЬНЫ ІДЭНТЫФІКАТАР", EN: "UNIQUE IDENTIFIER"},
	wordLogin:       {RU: "Логин", BE: "Лагін", EN: "Login"},
	wordPassword:    {RU: "Временный пароль", BE: "Часовы пароль", EN: "One-time password"},
	wordSealedHow:   {RU: "Войдите в личный электронный кабинет и задайте новый пароль: временный действует один раз. Никому его не сообщайте. Этот лист печатается один раз и вручается под подпись.", BE: "Увайдзіце ў асабісты электронны кабінет і задайце новы пароль: часовы дзейнічае адзін раз. Нікому яго не паведамляйце. Гэты ліст друкуецца адзін раз і ўручаецца пад подпіс.", EN: "Sign in to your electronic cabinet and set a new password: this one works once. Tell it to nobody. This sheet is printed once and handed over against a signature."},
	wordSealedUntil: {RU: "Действует до", BE: "Дзейнічае да", EN: "Valid until"},
	wordSealedAt:    {RU: "Адрес портала", BE: "Адрас партала", EN: "Portal"},
	wordUnnamed:     {RU: "портал не назвал", BE: "партал не назваў", EN: "not told by the portal"},

	wordDecision:            {RU: "АДМИНИСТРАТИВНОЕ РЕШЕНИЕ", BE: "АДМІНІСТРАЦЫЙНАЕ РАШЭННЕ", EN: "ADMINISTRATIVE DECISION"},
	wordDecisionFrom:        {RU: "от", BE: "ад", EN: "of"},
	wordDecisionTo:          {RU: "Заинтересованное лицо", BE: "Зацікаўленая асоба", EN: "Applicant"},
	wordDecisionAddress:     {RU: "Место жительства (место нахождения)", BE: "Месца жыхарства (месца знаходжання)", EN: "Residence (location)"},
	wordDecisionProcedure:   {RU: "Административная процедура", BE: "Адміністрацыйная працэдура", EN: "Administrative procedure"},
	wordDecisionApplication: {RU: "Заявление", BE: "Заява", EN: "Application"},
	wordDecisionDecided:     {RU: "Решено", BE: "Вырашана", EN: "Decided"},
	wordGranted:             {RU: "осуществить административную процедуру", BE: "ажыццявіць адміністрацыйную працэдуру", EN: "to carry out the administrative procedure"},
	wordRefused:             {RU: "отказать в осуществлении административной процедуры", BE: "адмовіць у ажыццяўленні адміністрацыйнай працэдуры", EN: "to refuse to carry out the administrative procedure"},
	wordNotAccepted:         {RU: "отказать в принятии заявления", BE: "адмовіць у прыняцці заявы", EN: "to refuse to accept the application"},
	wordGround:              {RU: "Основание", BE: "Падстава", EN: "Legal ground"},
	wordReasons:             {RU: "Мотивы", BE: "Матывы", EN: "Reasons"},
	wordAppeal:              {RU: "Порядок обжалования", BE: "Парадак абскарджання", EN: "Appeal"},
	wordAppealText:          {RU: "Административная жалоба подается в вышестоящий орган в течение одного года со дня принятия решения, далее решение может быть обжаловано в суд. Вышестоящий орган: ", BE: "Адміністрацыйная скарга падаецца ў вышэйстаячы орган на працягу аднаго года з дня прыняцця рашэння, далей рашэнне можа быць абскарджана ў суд. Вышэйстаячы орган: ", EN: "A complaint goes to the superior body within one year from the decision, then to court. Superior body: "},
	wordAppealCourt:         {RU: "Решение может быть обжаловано в суд.", BE: "Рашэнне можа быць абскарджана ў суд.", EN: "The decision may be appealed in court."},
	wordValidity:            {RU: "Срок действия", BE: "Тэрмін дзеяння", EN: "Valid"},
	wordOfficial:            {RU: "Должностное лицо", BE: "Службовая асоба", EN: "Official"},
	wordDecisionNote:        {RU: "Решение подписано электронной цифровой подписью. Проверить ее можно в программе «Акно» или командой aknoctl verify.", BE: "Рашэнне падпісана электронным лічбавым подпісам. Праверыць яго можна ў праграме «Акно» або камандай aknoctl verify.", EN: "The decision bears an electronic digital signature. Check it in Akno or with aknoctl verify."},
	wordSignatureFile:       {RU: "Файл подписи", BE: "Файл подпісу", EN: "Signature file"},
}
