Attribute VB_Name = "XlVqaCells"
Option Explicit
' What the worksheet functions need in Excel itself: values out of ranges, results into cells, the poll.
' ASCII only: every text that people read comes from the hidden sheet or from Python.

Private Const ErrorMark As String = "#VQA!"
Private Const PendingMark As String = "#VQA?"
Private Const MissingMark As String = "#VQA-"
Private Const GettingData As Long = 2043
Private Const PollSeconds As Long = 1

Private pollNeeded As Boolean
Private pollAt As Date
Private lastFailure As String

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
    lastFailure = ""
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
        pollNeeded = True
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
    lastFailure = reason
    pollNeeded = True
    XlVqaFailed = CVErr(2042)
End Function

Public Function XlVqaFailedText(ByVal reason As String) As Variant
    lastFailure = reason
    XlVqaFailedText = XlVqaText("python_failed") & " " & reason
End Function

Public Function XlVqaLastFailure() As String
    XlVqaLastFailure = lastFailure
End Function

' -- the poll

Public Sub XlVqaNeedPoll()
    pollNeeded = True
    XlVqaSchedule
End Sub

' Called when Excel has finished computing: a function itself may not schedule anything.
Public Sub XlVqaSchedule()
    If Not pollNeeded Or pollAt <> 0 Then Exit Sub
    On Error GoTo failed
    pollAt = Now + TimeSerial(0, 0, PollSeconds)
    Application.OnTime pollAt, PollName()
    Exit Sub
failed:
    pollAt = 0
End Sub

Public Sub XlVqaUnschedule()
    On Error Resume Next
    If pollAt <> 0 Then Application.OnTime pollAt, PollName(), , False
    pollAt = 0
    pollNeeded = False
End Sub

' Named with its file: another workbook may have a macro of this name.
Private Function PollName() As String
    PollName = "'" & ThisWorkbook.Name & "'!XlVqaPoll"
End Function

' Asks Python which cells have an answer now, computes just those, and goes on while something is under way.
Public Sub XlVqaPoll()
    Dim lines() As String, index As Long
    pollAt = 0
    pollNeeded = False
    On Error GoTo failed
    lines = Split(XLPy.CallUDF("xl_vqa.excel.udf", "poll", Array()), vbLf)
    If lines(0) = "busy" Then pollNeeded = True
    For index = 1 To UBound(lines)
        XlVqaCompute lines(index)
    Next index
    XlVqaSchedule
    Exit Sub
failed:
    lastFailure = Err.Description
End Sub

' One caller's cells. Where its sheet was renamed or moved, every cell of ours is computed instead.
Private Sub XlVqaCompute(ByVal address As String)
    Dim cells As Object
    On Error Resume Next
    Set cells = Application.Range(address)
    On Error GoTo 0
    If cells Is Nothing Then
        XlVqaComputeAll
    ElseIf Application.Calculation = -4135 Then
        cells.Calculate
    Else
        cells.Dirty
    End If
End Sub

' Every formula of ours in every open workbook (after another model was chosen, or a sheet was renamed).
Public Sub XlVqaComputeAll()
    Dim book As Object, sheet As Object, found As Object, first As String
    On Error Resume Next
    For Each book In Application.Workbooks
        For Each sheet In book.Worksheets
            Set found = sheet.UsedRange.Find("VQA_", , -4123, 2)
            If Not found Is Nothing Then
                first = found.Address
                Do
                    found.Dirty
                    Set found = sheet.UsedRange.FindNext(found)
                    If found Is Nothing Then Exit Do
                Loop While found.Address <> first
            End If
        Next sheet
    Next book
End Sub
