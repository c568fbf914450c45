"""Adapting the encoder itself to a team's codes: ``train --finetune``.

torch learns (``network``, ``learn``, ``checkpoint``); what was learned is plain numbers again
(``tuned``), read by OpenVINO like any encoder (``graph``). ``validate`` judges it without torch.
"""
