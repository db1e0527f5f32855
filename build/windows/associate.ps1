# Lets .akno files and akno: addresses open in akno.exe beside this script, for
# this person only (HKCU; no administrator is needed). -Remove takes it back.
param([switch]$Remove)
$ErrorActionPreference = 'Stop'
$classes = 'HKCU:\Software\Classes'
$program = Join-Path $PSScriptRoot 'akno.exe'
if ($Remove) {
  '.akno', 'Akno.Parcel', 'akno' | ForEach-Object { Remove-Item "$classes\$_" -Recurse -ErrorAction SilentlyContinue }
  return
}
if (-not (Test-Path $program)) { throw "akno.exe is not beside this script" }
function Set-Default($key, $value) {
  New-Item -Path "$classes\$key" -Force | Out-Null
  Set-ItemProperty -Path "$classes\$key" -Name '(default)' -Value $value
}
Set-Default '.akno' 'Akno.Parcel'
Set-Default 'Akno.Parcel' 'Akno'
Set-Default 'Akno.Parcel\DefaultIcon' "`"$program`",0"
Set-Default 'Akno.Parcel\shell\open\command' "`"$program`" `"%1`""
Set-Default 'akno' 'URL:Akno'
Set-ItemProperty -Path "$classes\akno" -Name 'URL Protocol' -Value ''
Set-Default 'akno\shell\open\command' "`"$program`" `"%1`""
