$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false
$manager = New-Object -ComObject WIA.DeviceManager
$scanners = @($manager.DeviceInfos | Where-Object { $_.Type -eq 1 })
if (-not $env:AKNO_SCAN_DEVICE) {
  foreach ($one in $scanners) {
    $name = ''
    foreach ($p in $one.Properties) { if ($p.Name -eq 'Name') { $name = $p.Value } }
    [Console]::Out.Write($one.DeviceID + "`t" + $name + "`n")
  }
  exit 0
}
$info = $scanners | Where-Object { $_.DeviceID -eq $env:AKNO_SCAN_DEVICE } | Select-Object -First 1
if (-not $info) { throw 'the scanner is gone' }
$item = $info.Connect().Items.Item(1)

# By number: names of properties are translated. What a scanner does not know stays as it is.
function Set-Known($id, $value) {
  foreach ($p in $item.Properties) { if ($p.PropertyID -eq $id) { try { $p.Value = $value } catch { } } }
}
Set-Known 6146 $(if ($env:AKNO_SCAN_GREY -eq 'true') { 2 } else { 1 }) # intent: grey, colour
Set-Known 6147 ([int]$env:AKNO_SCAN_DPI)
Set-Known 6148 ([int]$env:AKNO_SCAN_DPI)
# The whole glass: the extents are in dots, so they follow the resolution.
foreach ($id in 6151, 6152) {
  foreach ($p in $item.Properties) {
    if ($p.PropertyID -eq $id -and $p.SubType -eq 1) { try { $p.Value = $p.SubTypeMax } catch { } }
  }
}

$png = '{B96B3CAF-0728-11D3-9D7B-0000F81EF32E}'
$image = $item.Transfer($png)
if ($image.FormatID -ne $png) { # most drivers know bitmaps only
  $process = New-Object -ComObject WIA.ImageProcess
  $process.Filters.Add($process.FilterInfos.Item('Convert').FilterID)
  $process.Filters.Item(1).Properties.Item('FormatID').Value = $png
  $image = $process.Apply($image)
}
[byte[]]$octets = $image.FileData.BinaryData
$out = [Console]::OpenStandardOutput()
$out.Write($octets, 0, $octets.Length)
$out.Flush()
