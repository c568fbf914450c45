"""Tables, the HTML report and the exports: what a team takes from a study to its paper.

:mod:`~precode.report.view` is what comes in, :mod:`~precode.report.tables` what is shown; the
renderers (:mod:`~precode.report.html`) add nothing of their own.
"""
