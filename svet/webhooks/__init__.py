"""News for people's own programs: what a person is told of, posted to an address they gave, signed.

Whatever notices tell somebody who has given an address is owed to that address in the same transaction. Each
call is judged again when it leaves: whoever no longer sees the thing gets nothing. Signatures are those of
Standard Webhooks (https://www.standardwebhooks.com). ADR 190.
"""
