"""A program of its own: tries a workbook that comes in on standard input, and tells by its exit code how it went.

A damaged workbook can make the sheet library ask for more memory than any computer has, which ends the
process on the spot: better this one than the one that loads.
"""

import io
import sys
from contextlib import suppress

import python_calamine as calamine

GOOD, DAMAGED, ENCRYPTED = 0, 2, 3


def main() -> int:
    """Opens every sheet. The limit of memory is given in bytes as the first argument."""
    with suppress(ImportError, ValueError, OSError):  # Windows has no such limit
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]), int(sys.argv[1])))
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        for sheet in workbook.sheets_metadata:
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet:
                workbook.get_sheet_by_name(sheet.name)
    except calamine.PasswordError:
        return ENCRYPTED
    except BaseException as error:  # a panic of the library is no ordinary exception
        text = str(error).lower()
        return ENCRYPTED if "password" in text or "encrypt" in text else DAMAGED
    return GOOD


if __name__ == "__main__":
    sys.exit(main())
