Attribute VB_Name = "XlVqaCells"
Option Explicit
' What the worksheet functions need in Excel itself: values out of ranges, results into cells, the configuration.
' ASCII only: every text that people read comes from the hidden sheet or from Python.

Private Const ErrorMark As String = "#VQA!"
Private Const PendingMark As String = "#VQA?"
Private Const MissingMark As String = "#VQA-"
Private Const GettingData As Long = 2043
Private Const ConfigSeconds As Long = 2

Private configured As String
Private configuredAt As Single

' The values of an argument. A range is read here, inside Excel, because one read from Python takes as long as
' thousands here. Rows below the used part of the sheet are left out, so that =VQA_SCORE(A:A) is no million calls.
' A missing argument is not the same as a blank cell.
Public Function XlVqaValue(Optional ByVal argument As Variant) As Variant
    If IsMissing(argument) Then
        XlVqaValue = MissingMark
        Exit Function
    End If
    If TypeName(argument) <> "Range" Then
        XlVqaValue = argument
        Exit Function
    End If
    Dim last As Long, source As Object
    Set source = argument
    If source.Rows.Count > 1000 Then
        With source.Worksheet.UsedRange
            last = .Row + .Rows.Count - source.Row
        End With
        If last < 1 Then last = 1
        If last < source.Rows.Count Then Set source = source.Resize(last, source.Columns.Count)
    End If
    XlVqaValue = source.Value
End Function

' The folder of the workbook whose cell is being computed; it need not be the active one.
Public Function XlVqaFolder() As String
    On Error Resume Next
    XlVqaFolder = Application.Caller.Worksheet.Parent.Path
End Function

' The cells being computed, so that the poll can find them again.
Public Function XlVqaCell() As String
    On Error Resume Next
    XlVqaCell = Application.Caller.Address(True, True, 1, True)
End Function

' What Python returned, as Excel shows it. A single row arrives as a flat array: it becomes a row again.
Public Function XlVqaShown(ByVal result As Variant) As Variant
    Dim row As Long, column As Long, shown() As Variant
    XlVqaReached
    If Not IsArray(result) Then
        XlVqaShown = ShownCell(result)
    ElseIf Dimensions(result) = 1 Then
        ReDim shown(1 To 1, 1 To UBound(result) - LBound(result) + 1)
        For column = LBound(result) To UBound(result)
            shown(1, column - LBound(result) + 1) = ShownCell(result(column))
        Next column
        XlVqaShown = shown
    Else
        ReDim shown(1 To UBound(result, 1) - LBound(result, 1) + 1, 1 To UBound(result, 2) - LBound(result, 2) + 1)
        For row = LBound(result, 1) To UBound(result, 1)
            For column = LBound(result, 2) To UBound(result, 2)
                shown(row - LBound(result, 1) + 1, column - LBound(result, 2) + 1) = ShownCell(result(row, column))
            Next column
        Next row
        XlVqaShown = shown
    End If
End Function

Private Function ShownCell(ByVal value As Variant) As Variant
    ShownCell = value
    If VarType(value) <> vbString Then Exit Function
    If Left$(value, 5) = ErrorMark Then
        ShownCell = CVErr(CLng(Mid$(value, 6)))
    ElseIf Left$(value, 5) = PendingMark Then
        ShownCell = Mid$(value, 6)
        If Len(ShownCell) = 0 Then ShownCell = CVErr(GettingData)
        XlVqaWaits
    End If
End Function

Private Function Dimensions(ByVal values As Variant) As Long
    Dim bound As Long
    On Error Resume Next
    bound = UBound(values, 2)
    If Err.Number <> 0 Then Dimensions = 1 Else Dimensions = 2
    On Error GoTo 0
End Function

' Python itself could not be reached: #N/A, and the reason in VQA_ERROR, VQA_STATUS and under "Model status".
Public Function XlVqaFailed(ByVal reason As String) As Variant
    XlVqaLost reason, XlVqaCell()
    XlVqaFailed = CVErr(2042)
End Function

Public Function XlVqaFailedText(ByVal reason As String) As Variant
    XlVqaLost reason, XlVqaCell()
    XlVqaFailedText = XlVqaText("python_failed") & " " & reason
End Function

' -- the configuration

' A value of the user's configuration file. xlwings asks for 14 of them at each call of a function; the file is read
' once for all, and again when it is two seconds old.
Public Function XlVqaConfigured(ByVal file As String, ByVal key As String, ByRef value As String) As Boolean
    Dim start As Long, ending As Long
    If configured = "" Or Abs(Timer - configuredAt) > ConfigSeconds Then XlVqaReadConfig file
    start = InStr(configured, vbLf & LCase$(key) & vbTab)
    If start = 0 Then Exit Function
    start = start + Len(key) + 2
    ending = InStr(start, configured, vbLf)
    value = Mid$(configured, start, ending - start)
    XlVqaConfigured = True
End Function

Private Sub XlVqaReadConfig(ByVal file As String)
    Dim number As Integer, key As String, value As String
    configured = vbLf
    configuredAt = Timer
    On Error Resume Next
    If Dir(file) = "" Then Exit Sub
    number = FreeFile
    Open file For Input As #number
    If Err.Number <> 0 Then Exit Sub
    Do While Not EOF(number)
        Input #number, key, value
        If Err.Number <> 0 Then Exit Do
        configured = configured & LCase$(key) & vbTab & value & vbLf
    Loop
    Close #number
End Sub
