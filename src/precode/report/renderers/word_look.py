"""How the Word report looks: its styles, paper and properties, before a word is in it.

Everything is a named style, so that a team changes the look of all tables or quotes at once.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from precode.report.renderers.word_xml import NAMESPACE, TABLE_STYLE, field, paragraph
from precode.report.writing import clean

# Twentieths of a point, as Word counts: A4 with margins of 2 cm.
SHORT, LONG, MARGIN = 11_906, 16_838, 1_134
TALL = SHORT - 2 * MARGIN  # the width of the text on upright paper
WIDE = LONG - 2 * MARGIN

_INK, _SOFT, _TEAL = "1D2325", "595F61", "1F4E57"
# Of the template that python-docx starts from: a picture of its page, the program and computer it
# was made with, and styles for Word 2010 that would contradict ours.
_NOT_OURS = {"thumbnail", "extended-properties", "stylesWithEffects"}
_FONT, _MONO = "Calibri", "Consolas"

# (id, name, based on, paragraph properties, run properties); in Word's order of elements
_PARAGRAPHS = (
    ("Kicker", "Kicker", "Normal", '<w:spacing w:before="0" w:after="60"/>',
     f'<w:caps/><w:color w:val="{_SOFT}"/><w:spacing w:val="20"/><w:sz w:val="18"/>'),
    ("Care", "Before Sharing", "Normal",
     '<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="B8860B"/></w:pBdr>'
     '<w:ind w:left="220"/>', ""),
    ("TableText", "Table Text", "Normal", '<w:spacing w:before="20" w:after="20" w:line="240" '
     'w:lineRule="auto"/>', '<w:sz w:val="18"/><w:szCs w:val="18"/>'),
    ("TableNumber", "Table Number", "TableText", '<w:jc w:val="right"/>', ""),
    ("TableHead", "Table Head", "TableText", "<w:keepNext/>", "<w:b/><w:bCs/>"),
    ("TableHeadNumber", "Table Head Number", "TableHead", '<w:jc w:val="right"/>', ""),
    ("TableGroup", "Table Group", "TableText", "<w:keepNext/>",
     f'<w:b/><w:bCs/><w:color w:val="{_TEAL}"/>'),
    ("TableCode", "Table Code", "TableText", "",
     f'<w:rFonts w:ascii="{_MONO}" w:hAnsi="{_MONO}" w:cs="{_MONO}"/><w:sz w:val="14"/>'),
    ("TableNote", "Table Note", "TableText", '<w:spacing w:before="40" w:after="40"/>',
     f'<w:color w:val="{_SOFT}"/>'),
    ("QuoteAttribution", "Quote Attribution", "TableText", '<w:spacing w:before="0" w:after="120"/>',
     f'<w:color w:val="{_SOFT}"/><w:sz w:val="17"/>'),
    ("Picture", "Picture", "Normal", '<w:spacing w:before="0" w:after="160" w:line="240" '
     'w:lineRule="auto"/>', ""),
    ("Spacer", "Spacer", "Normal", '<w:spacing w:before="0" w:after="0" w:line="120" '
     'w:lineRule="exact"/>', '<w:sz w:val="8"/>'),
    ("TOC1", "toc 1", "Normal", '<w:spacing w:before="0" w:after="40"/>', ""),
)  # fmt: skip
_CHARACTERS = (
    ("Quiet", "Quiet", f'<w:color w:val="{_SOFT}"/><w:sz w:val="16"/><w:szCs w:val="16"/>'),
    ("Typed", "Typed", f'<w:rFonts w:ascii="{_MONO}" w:hAnsi="{_MONO}" w:cs="{_MONO}"/>'),
    ("Badge", "Badge", '<w:b/><w:color w:val="7A5200"/>'),
)
# Styles that Word knows, as this report has them
_KNOWN = {
    "Normal": ('<w:spacing w:before="0" w:after="120" w:line="264" w:lineRule="auto"/>',
               f'<w:rFonts w:ascii="{_FONT}" w:hAnsi="{_FONT}" w:cs="{_FONT}"/>'
               f'<w:color w:val="{_INK}"/><w:sz w:val="21"/><w:szCs w:val="21"/>'),
    "Title": ('<w:spacing w:before="0" w:after="60"/>',
              f'<w:rFonts w:ascii="{_FONT}" w:hAnsi="{_FONT}" w:cs="{_FONT}"/><w:b/><w:bCs/>'
              f'<w:color w:val="{_INK}"/><w:sz w:val="48"/><w:szCs w:val="48"/>'),
    "Subtitle": ('<w:spacing w:before="0" w:after="200"/>',
                 f'<w:rFonts w:ascii="{_FONT}" w:hAnsi="{_FONT}" w:cs="{_FONT}"/>'
                 f'<w:color w:val="{_SOFT}"/><w:sz w:val="26"/><w:szCs w:val="26"/>'),
    "Heading1": ('<w:keepNext/><w:keepLines/><w:spacing w:before="360" w:after="120"/>'
                 '<w:outlineLvl w:val="0"/>',
                 f'<w:rFonts w:ascii="{_FONT}" w:hAnsi="{_FONT}" w:cs="{_FONT}"/><w:b/><w:bCs/>'
                 f'<w:color w:val="{_TEAL}"/><w:sz w:val="32"/><w:szCs w:val="32"/>'),
    "Caption": ('<w:keepNext/><w:keepLines/><w:spacing w:before="240" w:after="80" w:line="240" '
                'w:lineRule="auto"/>',
                f'<w:b/><w:bCs/><w:color w:val="{_INK}"/><w:sz w:val="20"/><w:szCs w:val="20"/>'),
    "Quote": ('<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>',
              f'<w:i/><w:iCs/><w:color w:val="{_INK}"/><w:sz w:val="19"/><w:szCs w:val="19"/>'),
    "Footer": ('<w:spacing w:before="0" w:after="0"/><w:jc w:val="right"/>',
               f'<w:color w:val="{_SOFT}"/><w:sz w:val="16"/><w:szCs w:val="16"/>'),
}  # fmt: skip
_TABLE = f"""<w:style {NAMESPACE} w:type="table" w:customStyle="1" w:styleId="{TABLE_STYLE}">
<w:name w:val="Precode Table"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="99"/><w:qFormat/>
<w:tblPr><w:tblBorders>
<w:top w:val="single" w:sz="8" w:space="0" w:color="{_INK}"/>
<w:bottom w:val="single" w:sz="8" w:space="0" w:color="{_INK}"/>
<w:insideH w:val="single" w:sz="4" w:space="0" w:color="D5DADB"/></w:tblBorders>
<w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="80" w:type="dxa"/>
<w:bottom w:w="0" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr>
<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:bCs/></w:rPr></w:tblStylePr>
</w:style>"""


def blank(*, heading: str, subject: str, made_at: str, footer: str, language: str) -> Any:
    """An empty python-docx document of upright A4 with our styles. Its properties say what it is,
    and nothing of the machine or its user.
    """
    import docx
    from docx.shared import Twips

    document = docx.Document()
    for relations in (document.part.package.rels, document.part.rels):
        for key, relation in list(relations.items()):
            if relation.reltype.rpartition("/")[2] in _NOT_OURS:
                del relations[key]
    _styles(document, language)
    _settings(document)
    _properties(document.core_properties, heading, subject, made_at, language)
    section = document.sections[0]
    section.page_width, section.page_height = Twips(SHORT), Twips(LONG)
    section.left_margin = section.right_margin = Twips(MARGIN)
    section.top_margin = section.bottom_margin = Twips(MARGIN)
    section.footer_distance = Twips(600)
    pages = field("PAGE", "1") + "<w:r><w:t xml:space='preserve'> / </w:t></w:r>"
    foot = paragraph(_escaped(footer) + pages + field("NUMPAGES", "1"), "Footer")
    old = section.footer.paragraphs[0]._p
    old.addprevious(element(foot))
    old.getparent().remove(old)
    return document


def element(xml: str) -> Any:
    """``xml``, one element with the prefix ``w``, parsed; entities and outside files are off."""
    return elements(xml)[0]


def elements(xml: str) -> list[Any]:
    """As :func:`element`, of several that follow one another."""
    from docx.oxml import parse_xml

    return list(parse_xml(f"<w:body {NAMESPACE}>{xml}</w:body>"))


def turn(document: Any, *, landscape: bool) -> None:
    """A new page from here on, with the paper upright or lying."""
    from docx.enum.section import WD_ORIENT, WD_SECTION
    from docx.shared import Twips

    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    sides = (Twips(LONG), Twips(SHORT)) if landscape else (Twips(SHORT), Twips(LONG))
    section.page_width, section.page_height = sides
    document.paragraphs[-1].style = "Spacer"  # the break lives in a paragraph of its own


def _escaped(text: str) -> str:
    from precode.report.renderers.word_xml import run

    return run(f"{text}  ") if text else ""


def _styles(document: Any, language: str) -> None:
    from docx.oxml.ns import qn

    styles = document.styles.element
    for tongue in styles.iter(qn("w:lang")):
        tongue.set(qn("w:val"), language)
    by_id = {s.get(qn("w:styleId")): s for s in styles.findall(qn("w:style"))}
    for name, (paragraphs, runs) in _KNOWN.items():
        style = by_id[name]
        for tag in ("w:pPr", "w:rPr"):
            for old in style.findall(qn(tag)):
                style.remove(old)
        style.extend(elements(f"<w:pPr>{paragraphs}</w:pPr><w:rPr>{runs}</w:rPr>"))
    for key, name, base, paragraphs, runs in _PARAGRAPHS:
        custom = "" if name == "toc 1" else ' w:customStyle="1"'
        styles.append(
            element(
                f'<w:style w:type="paragraph"{custom} w:styleId="{key}"><w:name w:val="{name}"/>'
                f'<w:basedOn w:val="{base}"/><w:qFormat/><w:pPr>{paragraphs}</w:pPr>'
                f"<w:rPr>{runs}</w:rPr></w:style>"
            )
        )
    for key, name, runs in _CHARACTERS:
        styles.append(
            element(
                f'<w:style w:type="character" w:customStyle="1" w:styleId="{key}">'
                f'<w:name w:val="{name}"/><w:qFormat/><w:rPr>{runs}</w:rPr></w:style>'
            )
        )
    styles.append(element(_TABLE))


def _settings(document: Any) -> None:
    """Word of today, not in its "compatibility mode"."""
    from docx.oxml.ns import qn

    settings = document.settings.element
    for zoom in settings.findall(qn("w:zoom")):
        zoom.attrib.clear()
        zoom.set(qn("w:percent"), "100")
    for picture in settings.findall(qn("w:savePreviewPicture")):
        settings.remove(picture)
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")


def _properties(properties: Any, heading: str, subject: str, made_at: str, language: str) -> None:
    properties.title, properties.subject = clean(heading)[:255], clean(subject)[:255]
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.keywords, properties.language, properties.revision = "", language, 1
    try:
        at = datetime.fromisoformat(made_at)
    except ValueError:
        return
    at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    properties.created = properties.modified = at
