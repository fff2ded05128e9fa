"""The bank's page in HTML; it is a stranger to the portal and shares nothing with its look."""

from __future__ import annotations

from string import Template
from typing import Final

PAGE: Final = Template(
    """<!doctype html>
<html lang="ru">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Испытательный банк</title>
<style>
:root { color-scheme: light; --ink: #17211c; --soft: #5a6a62; --green: #0b6b46; --line: #cfd9d3; }
* { box-sizing: border-box; margin: 0; }
body { font: 16px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; color: var(--ink); background: #e9f0ec; }
.warn { background: repeating-linear-gradient(-45deg, #ffd95c 0 14px, #ffe48f 14px 28px); color: #3b2f00;
  text-align: center; padding: 8px 16px; font-weight: 600; }
main { max-width: 440px; margin: 24px auto; padding: 0 16px 48px; }
header { display: flex; align-items: center; gap: 10px; margin-bottom: 16px; font-weight: 700; }
header svg { flex: none; }
.pane { background: #fff; border-radius: 16px; padding: 24px;
  box-shadow: 0 1px 2px #0002, 0 12px 32px #0b6b4618; }
.to { color: var(--soft); overflow-wrap: anywhere; }
h1 { font-size: 32px; line-height: 1.2; font-variant-numeric: tabular-nums; margin: 4px 0 8px; }
label { display: block; font-weight: 600; margin: 16px 0 4px; }
input, select { width: 100%; font: inherit; font-size: 18px; padding: 11px 12px; border: 1px solid #7d8d85;
  border-radius: 10px; font-variant-numeric: tabular-nums; letter-spacing: .04em;
  background: #fff; color: inherit; }
input:focus-visible, button:focus-visible, a:focus-visible, summary:focus-visible {
  outline: 3px solid #0b6b46; outline-offset: 2px; }
.row { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; }
button { width: 100%; min-height: 48px; margin-top: 20px; font: inherit; font-weight: 600; border: 0;
  border-radius: 12px; background: var(--green); color: #fff; cursor: pointer; }
button.second { background: #fff; color: var(--green); border: 2px solid var(--green); margin-top: 12px; }
button.quiet { background: none; color: var(--soft); font-weight: 400; margin-top: 8px;
  text-decoration: underline; }
.error { background: #fdecea; color: #8c1d13; border-radius: 10px; padding: 10px 12px; margin-top: 16px; }
details { margin-top: 20px; background: #fff; border-radius: 16px; padding: 4px 24px; }
summary::after { content: "▾"; margin-left: auto; }
summary { min-height: 44px; display: flex; align-items: center; cursor: pointer; font-weight: 600; }
ul { list-style: none; padding: 0 0 12px; }
li a { display: block; padding: 10px 0; border-top: 1px solid var(--line); color: inherit;
  text-decoration: none; }
li a:hover { color: var(--green); }
code { display: block; font: 600 15px/1.4 ui-monospace, monospace; }
a.button { display: flex; align-items: center; justify-content: center; min-height: 48px; margin-top: 20px;
  border-radius: 12px; background: var(--green); color: #fff; font-weight: 600; text-decoration: none; }
</style>
</head>
<body>
<p class="warn">Испытательный банк: деньги ненастоящие, карты вымышленные</p>
<main>
<header><svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true"><path fill="#0b6b46"
d="M14 2 26 9v3H2V9zM4 14h4v8H4zm8 0h4v8h-4zm8 0h4v8h-4zM2 24h24v2H2z"/></svg>Испытательный банк</header>
$content
</main>
</body>
</html>
"""
)

FORM: Final = Template(
    """<div class="pane">
<p class="to">$recipient</p>
<h1>$sum</h1>
<p class="to">$description</p>
$error
<form method="post" action="/card/$id" autocomplete="off">
<label for="number">Номер карты</label>
<input id="number" name="number" inputmode="numeric" maxlength="24" value="$number"
 placeholder="0000 0000 0000 0000">
<div class="row">
<div><label for="expiry">Срок</label>
<input id="expiry" name="expiry" inputmode="numeric" maxlength="7" value="$expiry" placeholder="ММ/ГГ"></div>
<div><label for="csc">CVC</label>
<input id="csc" name="csc" type="password" inputmode="numeric" maxlength="3" placeholder="000"
 autocomplete="cc-csc"></div>
</div>
<button type="submit" id="pay">Оплатить $sum</button>
<button type="submit" class="second" name="method" value="sbp" id="sbp">Оплатить через СБП</button>
</form>
<form method="post" action="/card/$id/cancel">
<button type="submit" class="quiet" id="cancel">Отказаться и вернуться</button>
</form>
</div>
<details><summary>Какие карты здесь есть</summary><ul>$hints</ul></details>
"""
)

THREE_D_SECURE: Final = Template(
    """<div class="pane">
<p class="to">$recipient</p>
<h1>$sum</h1>
<form method="post" action="/card/$id/3ds" autocomplete="off">
<input type="hidden" name="number" value="$number">
<label for="code">Код из СМС</label>
<input id="code" name="code" inputmode="numeric" maxlength="6" autofocus>
<p class="to">Испытательный банк СМС не шлёт: верный код — $code, любой другой отклонит платёж.</p>
<button type="submit" id="confirm">Подтвердить</button>
</form>
</div>
"""
)

RESULT: Final = Template(
    """<div class="pane">
<p class="to">$recipient</p>
<h1>$title</h1>
<p class="to">$sum · $description</p>
<a class="button" href="$return_url">Вернуться в магазин</a>
</div>
"""
)

BIND_FORM: Final = Template(
    """<div class="pane">
<p class="to">Привязка счёта СБП</p>
<h1>Разрешить списания?</h1>
<p class="to">Магазин сможет списывать деньги со счёта, когда вы с ним об этом договоритесь.
Сейчас ничего не спишется.</p>
<form method="post" action="/bind/$id" autocomplete="off">
<label for="bank">Ваш банк</label>
<select id="bank" name="bank">$banks</select>
<button type="submit" id="bind">Разрешить</button>
</form>
<form method="post" action="/bind/$id/cancel">
<button type="submit" class="quiet" id="cancel">Отказаться и вернуться</button>
</form>
</div>
"""
)

BIND_RESULT: Final = Template(
    """<div class="pane"><h1>$title</h1><a class="button" href="$return_url">Вернуться в магазин</a></div>"""
)
