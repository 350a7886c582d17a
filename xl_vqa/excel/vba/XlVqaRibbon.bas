Attribute VB_Name = "XlVqaRibbon"
Option Explicit
' The ribbon's callbacks. Commands are Python macros; their names are the tags of the controls.

Private pendingEnglish As String
Private pendingJapanese As String

' A text of the hidden sheet in the user's language: column A holds keys, B English, C Japanese.
Public Function XlVqaText(ByVal key As String) As String
    If XlVqaIsJapanese() Then XlVqaText = TextIn(key, 3) Else XlVqaText = TextIn(key, 2)
End Function

Private Function TextIn(ByVal key As String, ByVal column As Long) As String
    Dim table As Object, row As Long
    On Error Resume Next
    Set table = ThisWorkbook.Worksheets(1)
    row = 1
    Do While table.Cells(row, 1).Value <> ""
        If table.Cells(row, 1).Value = key Then
            TextIn = table.Cells(row, column).Value
            Exit Function
        End If
        row = row + 1
    Loop
End Function

' Whether a cell's text says that it waits, in either language, as cells of earlier versions do.
Public Function XlVqaIsPendingText(ByVal text As String) As Boolean
    If pendingEnglish = "" Then
        pendingEnglish = TextIn("pending", 2)
        pendingJapanese = TextIn("pending", 3)
    End If
    XlVqaIsPendingText = StartsWith(text, pendingEnglish) Or StartsWith(text, pendingJapanese)
End Function

Private Function StartsWith(ByVal text As String, ByVal word As String) As Boolean
    StartsWith = (word <> "" And Left$(text, Len(word)) = word)
End Function

' LANGUAGE of the configuration (en or ja), else the language of Excel's own menus (1041 is Japanese).
Private Function XlVqaIsJapanese() As Boolean
    Dim chosen As String
    On Error Resume Next
    chosen = GetConfig("LANGUAGE", "")
    If chosen = "" Then
        XlVqaIsJapanese = (Application.LanguageSettings.LanguageID(2) = 1041)
    Else
        XlVqaIsJapanese = (LCase$(chosen) = "ja")
    End If
End Function

Public Sub XlVqaLabel(control As IRibbonControl, ByRef text)
    text = XlVqaText(control.ID)
End Sub

Public Sub XlVqaTip(control As IRibbonControl, ByRef text)
    text = XlVqaText(control.ID & "_tip")
End Sub

Public Sub XlVqaAction(control As IRibbonControl)
    XlVqaRun control.Tag
End Sub

' Runs a command of xl_vqa.excel.macros in the process that serves the functions, as xlwings' RunPython does with
' its UDF server: xlwings.Book.caller() is the active workbook.
Public Sub XlVqaRun(ByVal command As String)
    On Error GoTo failed
    If command = "relink_formulas" Then XlVqaRelink
    If Not ActiveWorkbook Is Nothing Then
        XLPy.SetAttr XLPy.Module("xlwings._xlwindows"), "BOOK_CALLER", ActiveWorkbook
    End If
    XLPy.Exec "import xl_vqa.excel.macros; xl_vqa.excel.macros.run('" & command & "')"
    XlVqaNeedPoll
    Exit Sub
failed:
    MsgBox XlVqaText("python_failed") & vbLf & Err.Description, vbExclamation, "xl_vqa"
End Sub

' A workbook from another PC names that PC's copy of this add-in in its formulas: point the link here.
Private Sub XlVqaRelink()
    Dim links As Variant, index As Long
    On Error Resume Next
    links = ActiveWorkbook.LinkSources(1)
    If IsEmpty(links) Then Exit Sub
    For index = LBound(links) To UBound(links)
        If LCase$(Right$(links(index), Len(ThisWorkbook.Name) + 1)) = "\" & LCase$(ThisWorkbook.Name) Then
            If LCase$(links(index)) <> LCase$(ThisWorkbook.FullName) Then
                ActiveWorkbook.ChangeLink links(index), ThisWorkbook.FullName, 1
            End If
        End If
    Next index
End Sub
