"""From the case as it stood to what each paper says: one function a kind, one module a stage of the case.

Papers are issued in Chinese, the language of the procedure, whatever language the screens show; their words are
therefore plain text and no message ids.
"""
