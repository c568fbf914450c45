"""Tables, the HTML report and the exports: what a team takes from a study to its paper.

:mod:`~precode.report.view` is what comes in, :mod:`~precode.report.tables` every number,
:mod:`~precode.report.document` every word around them; the renderers
(:mod:`~precode.report.renderers.html`, :mod:`~precode.report.renderers.word`, :mod:`~precode.report.renderers.excel`) only draw.
"""
