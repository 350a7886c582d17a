Attribute VB_Name = "XlVqaPolling"
Option Explicit
' Which cells wait, and the poll that computes them when Python has their answer. ASCII only.
' Nothing here may end in a message box or stop for good: a poll that is not scheduled again leaves cells waiting
' for ever. An error, ESC, a Python process that died and "End" in anybody's macro are all outlived.

Private Const PollSeconds As Long = 1
Private Const SlowestSeconds As Long = 60
Private Const RowsAtATime As Long = 2000
Private Const Automatic As Long = -4105
Private Const CancelIsAnError As Long = 2
Private Const Interrupted As Long = 18

Private pollNeeded As Boolean
Private pollAt As Date
Private failures As Long
Private pythonProcess As String
Private untold As String
Private statusShown As Boolean
Private lastFailure As String

' -- from functions and buttons

Public Sub XlVqaNeedPoll()
    pollNeeded = True
    XlVqaSchedule
End Sub

' A function returned what is not final. It may not schedule anything; AfterCalculate does.
Public Sub XlVqaWaits()
    pollNeeded = True
    ThisWorkbook.XlVqaListen
End Sub

' A function could not reach Python, or was interrupted: its cell is computed again when Python answers.
Public Sub XlVqaLost(ByVal reason As String, ByVal address As String)
    lastFailure = reason
    XlVqaRemember address
    XlVqaWaits
End Sub

Public Sub XlVqaReached()
    lastFailure = ""
End Sub

Public Function XlVqaLastFailure() As String
    XlVqaLastFailure = lastFailure
End Function

' -- the schedule

Public Sub XlVqaSchedule()
    Dim seconds As Long
    ' one that Excel could not run for a minute is given up
    If Not pollNeeded Then Exit Sub
    If pollAt <> 0 And Now < pollAt + TimeSerial(0, 1, 0) Then Exit Sub
    On Error GoTo failed
    seconds = PollSeconds
    ' where Python cannot be reached, trying starts a process each time
    If failures > 0 Then seconds = PollSeconds * 2 ^ IIf(failures > 6, 6, failures)
    If seconds > SlowestSeconds Then seconds = SlowestSeconds
    pollAt = Now + TimeSerial(0, 0, seconds)
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
    XlVqaSay ""
End Sub

' Named with its file: another workbook may have a macro of this name.
Private Function PollName() As String
    PollName = "'" & ThisWorkbook.Name & "'!XlVqaPoll"
End Function

' -- the poll

' Asks Python which cells have an answer now, computes just those, and goes on while something is under way.
Public Sub XlVqaPoll()
    Dim lines() As String, index As Long
    ' a second chain of polls, left over from before "End"
    If pollAt > Now + TimeSerial(0, 0, 1) / 2 Then Exit Sub
    pollAt = 0
    pollNeeded = False
    On Error Resume Next
    Application.EnableCancelKey = CancelIsAnError
    On Error GoTo failed
    ThisWorkbook.XlVqaListen
    lines = Split(XLPy.CallUDF("xl_vqa.excel.udf", "poll", Array(XlVqaOpenBooks())), vbLf)
    If lines(0) = "busy" Then pollNeeded = True
    For index = 3 To UBound(lines)
        XlVqaRemember lines(index)
    Next index
    XlVqaSay lines(2)
    failures = 0
    If lines(1) <> pythonProcess Then
        ' another process than before knows of no waiting cell
        XlVqaComputeAllWaiting
        pythonProcess = lines(1)
    End If
    XlVqaTell
    XlVqaSchedule
    Exit Sub
failed:
    lastFailure = Err.Description
    If Err.Number <> Interrupted Then failures = failures + 1
    pollNeeded = True
    XlVqaSchedule
End Sub

' The names of the open workbooks: Python gives up what only closed ones waited for.
Public Function XlVqaOpenBooks() As String
    Dim book As Object
    On Error Resume Next
    For Each book In Application.Workbooks
        XlVqaOpenBooks = XlVqaOpenBooks & vbLf & book.Name
    Next book
    XlVqaOpenBooks = Mid$(XlVqaOpenBooks, 2)
End Function

' What is being rated, in the status bar. "-" leaves the bar to a running command.
Private Sub XlVqaSay(ByVal text As String)
    On Error Resume Next
    If text = "-" Then
        statusShown = False
    ElseIf text <> "" Then
        Application.StatusBar = text
        statusShown = True
    ElseIf statusShown Then
        Application.StatusBar = False
        statusShown = False
    End If
End Sub

' -- telling

Private Sub XlVqaRemember(ByVal address As String)
    If address = "" Then Exit Sub
    ' each address ends with a line feed, and stands there once
    If InStr(vbLf & untold, vbLf & address & vbLf) = 0 Then untold = untold & address & vbLf
End Sub

' Computes every cell that was not told yet. One is forgotten after it was computed, not before.
Private Sub XlVqaTell()
    Dim ending As Long
    If untold = "" Then Exit Sub
    Do While untold <> ""
        ending = InStr(untold, vbLf)
        XlVqaCompute Left$(untold, ending - 1)
        untold = Mid$(untold, ending + 1)
    Loop
    ' Range.Calculate leaves formulas over the range alone
    On Error Resume Next
    If Application.Calculation = Automatic Then Application.Calculate
End Sub

' One caller's cells. Where its sheet was renamed or moved, what waits in its workbook is computed instead.
Private Sub XlVqaCompute(ByVal address As String)
    Dim target As Object, book As Object
    On Error Resume Next
    Set target = Application.Range(address)
    On Error GoTo 0
    If Not target Is Nothing Then
        XlVqaCalculate target
        Exit Sub
    End If
    For Each book In Application.Workbooks
        If InStr(address, "[" & Replace(book.Name, "'", "''") & "]") > 0 Then XlVqaComputeWaiting book
    Next book
End Sub

' Not Dirty: that works on the active sheet alone. Calculate refuses where iteration is on in manual mode.
Private Sub XlVqaCalculate(ByVal target As Object)
    On Error GoTo refused
    target.Calculate
    Exit Sub
refused:
    If Err.Number = Interrupted Then Err.Raise Interrupted
    On Error Resume Next
    target.Dirty
    target.Worksheet.Calculate
End Sub

' -- cells that wait

Public Sub XlVqaComputeAllWaiting()
    Dim book As Object
    For Each book In Application.Workbooks
        XlVqaComputeWaiting book
    Next book
End Sub

' Every formula of ours in a workbook that shows an error or says that it waits. No Find: it would change what the
' user's own Find dialog looks for. No SpecialCells: it fails on protected sheets.
Public Sub XlVqaComputeWaiting(ByVal book As Object)
    Dim sheet As Object
    On Error Resume Next
    For Each sheet In book.Worksheets
        XlVqaComputeWaitingIn sheet
    Next sheet
End Sub

Private Sub XlVqaComputeWaitingIn(ByVal sheet As Object)
    Dim used As Object, part As Object, row As Long, last As Long
    Set used = sheet.UsedRange
    For row = 1 To used.Rows.Count Step RowsAtATime
        last = row + RowsAtATime - 1
        If last > used.Rows.Count Then last = used.Rows.Count
        Set part = sheet.Range(used.Cells(row, 1), used.Cells(last, used.Columns.Count))
        XlVqaComputeWaitingOf part
    Next row
End Sub

Private Sub XlVqaComputeWaitingOf(ByVal part As Object)
    Dim formulas As Variant, values As Variant, row As Long, column As Long, first As Long
    formulas = TwoDimensions(part.Formula)
    If Not AnyOfOurs(formulas) Then Exit Sub
    values = TwoDimensions(part.Value)
    For column = LBound(formulas, 2) To UBound(formulas, 2)
        first = 0
        For row = LBound(formulas, 1) To UBound(formulas, 1) + 1
            ' cells below one another are computed as one range
            If row > UBound(formulas, 1) Then
                If first > 0 Then XlVqaComputeRun part, formulas, column, first, row - 1
            ElseIf Waiting(formulas(row, column), values(row, column)) Then
                If first = 0 Then first = row
            ElseIf first > 0 Then
                XlVqaComputeRun part, formulas, column, first, row - 1
                first = 0
            End If
        Next row
    Next column
End Sub

Private Sub XlVqaComputeRun(ByVal part As Object, ByVal formulas As Variant, ByVal column As Long, _
    ByVal first As Long, ByVal last As Long)
    Dim target As Object, row As Long
    first = first - LBound(formulas, 1) + 1
    last = last - LBound(formulas, 1) + 1
    column = column - LBound(formulas, 2) + 1
    Set target = part.Worksheet.Range(part.Cells(first, column), part.Cells(last, column))
    If Not HoldsArray(target) Then
        XlVqaCalculate WholeSpill(target)
        Exit Sub
    End If
    ' part of an array formula cannot be computed alone
    For row = first To last
        Set target = part.Cells(row, column)
        If HoldsArray(target) Then Set target = target.CurrentArray
        XlVqaCalculate target
    Next row
End Sub

' Of a range of which a part only is an array formula HasArray is Null.
Private Function HoldsArray(ByVal target As Object) As Boolean
    Dim found As Variant
    On Error Resume Next
    found = target.HasArray
    If IsNull(found) Then HoldsArray = True Else HoldsArray = found
End Function

' A single cell below or beside the formula that spilled into it: that formula's cell.
Private Function WholeSpill(ByVal target As Object) As Object
    Dim parent As Object
    On Error Resume Next
    Set parent = target.Cells(1, 1).SpillParent
    If parent Is Nothing Then Set WholeSpill = target Else Set WholeSpill = parent
End Function

Private Function Waiting(ByVal formula As Variant, ByVal value As Variant) As Boolean
    If InStr(1, formula, "VQA_", vbTextCompare) = 0 Then Exit Function
    If IsError(value) Then
        Waiting = True
    ElseIf VarType(value) = vbString Then
        ' counts and sentences are of then; earlier versions showed a text in every waiting cell
        Waiting = InStr(1, formula, "VQA_STATUS", vbTextCompare) > 0 _
            Or InStr(1, formula, "VQA_ERROR", vbTextCompare) > 0 Or XlVqaIsPendingText(value)
    End If
End Function

Private Function AnyOfOurs(ByVal formulas As Variant) As Boolean
    Dim formula As Variant
    For Each formula In formulas
        If InStr(1, formula, "VQA_", vbTextCompare) > 0 Then
            AnyOfOurs = True
            Exit Function
        End If
    Next formula
End Function

' What Excel gives of one cell is no array.
Private Function TwoDimensions(ByVal values As Variant) As Variant
    Dim made(1 To 1, 1 To 1) As Variant
    If IsArray(values) Then
        TwoDimensions = values
    Else
        made(1, 1) = values
        TwoDimensions = made
    End If
End Function
